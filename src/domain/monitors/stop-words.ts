/** Words that say nothing of what a text is about, by language. */
const BY_LANGUAGE = {
  en: words(`a about above after again all also am an and any are as at be because been before being below between both but by
    can could did do does doing done down during each either else even every few for from further had has have having he her
    here hers him his how i if in into is it its itself just least less like many may me might more most much must my no nor not
    now of off on once one only or other our out over own per rather really same shall she should since so some still such than
    that the their them then there these they this those though through thus to too two under until up upon us very was we well
    were what when where whether which while who whom whose why will with within without would yet you your yours i'll i'm i've
    i'd it's let's don't doesn't didn't can't won't isn't aren't wasn't you're that's there's here's we'll they're`),
  de: words(`aber alle allem allen aller als also am an auch auf aus bei beim bin bis bist da dabei damit danach dann das dass dein
    dem den denn der des die dies diese diesem diesen dieser dieses doch dort du durch ein eine einem einen einer eines er es
    etwas euch für gegen hat habe haben hatte hier ich ihm ihn ihnen ihr ihre im in ist ja jede jeder jedes jetzt kann kein keine
    können man mehr mein mich mir mit muss nach nicht noch nun nur ob oder ohne schon sehr sein seine sich sie sind so soll um
    und uns unter vom von vor war waren was weil wenn wer werde werden wie wieder wir wird wo zu zum zur zwar zwischen über`),
  fr: words(`ai alors au aucun aussi autre aux avec avoir c'est car ce cela ces cet cette chaque ci comme comment d'un d'une dans
    de des donc dont du elle elles en encore entre est et été être eux fait faire il ils j'ai je l'on la le les leur leurs lui
    mais me même mes moi moins mon ne ni nos notre nous on ont ou où par pas peu peut plus pour pourquoi qu'il quand que quel
    quelle qui sa sans se ses si son sont sous sur ta tes toi ton tous tout toute très tu un une vos votre vous y`),
  es: words(`a al algo ante antes aquí así aunque cada como con contra cual cuando de del desde donde dos el ella ellas ellos en
    entre era es esa ese eso esta estas este esto estos está están fue ha han hasta hay la las le les lo los más me mi mientras
    mis mucho muy nada ni no nos o otra otro para pero poco por porque puede que quien se sea ser si sido sin sobre son su sus
    también tan te tiene todo todos tu un una uno y ya yo`),
  pt: words(`a ao aos as até com como da das de depois do dos e ela elas ele eles em entre era essa esse esta está este eu foi foram
    há isso isto já lhe mais mas me mesmo meu minha muito na nas nem no nos não num numa o os ou para pela pelo por porque quando
    que quem se sem ser seu sua são só também tem um uma vai você`),
  it: words(`a ad ai al alla allo anche che chi ci come con così cui da dal dalla degli dei del della delle di dove e ed era gli ha
    hanno ho i il in io la le lo loro ma mi nei nel nella noi non nostro o per perché però più poi quale quando quello questa
    questo se sei si sia sono su sua sul sulla suo tra un una uno voi è`),
  nl: words(`aan al alles als altijd andere ben bij daar dan dat de der deze die dit doch doen door dus een en er ge geen geweest
    haar had heb hebben heeft hem het hier hij hoe hun iemand iets ik in is ja je kan kon kunnen maar me meer men met mij mijn
    moet na naar niet niets nog nu of om omdat onder ons ook op over te tegen toch toen tot u uit van veel voor want was wat
    werd wezen wie wij wil worden zal ze zelf zich zij zijn zo zonder zou`),
};

/** In which languages a word says nothing. So it also tells which language a text is in. */
export const STOP_WORDS: ReadonlyMap<string, readonly string[]> = byWord();

/** What agents and polite people say whatever they work on. */
export const AGENT_WORDS: ReadonlySet<string> =
  words(`let lets look looking check checking need needs want find found see try
  trying use using used get gets getting make makes sure start first next then last finally step steps task user assist help
  helping question answer answers result results okay ok yes please thank thanks sorry welcome happy glad great sure know think
  work working works going come back feel free anything something everything information provide provided based follow
  following able actually currently right`);

function byWord(): Map<string, string[]> {
  const languages = new Map<string, string[]>();
  for (const [language, stops] of Object.entries(BY_LANGUAGE)) {
    for (const word of stops) languages.set(word, [...(languages.get(word) ?? []), language]);
  }
  return languages;
}

function words(list: string): ReadonlySet<string> {
  return new Set(list.split(/\s+/));
}
