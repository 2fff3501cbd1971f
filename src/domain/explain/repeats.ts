import { dollars, type Finding, idsOf, inWords, rounded, severityOf } from "./finding.ts";
import { actOf, type Step } from "./step.ts";

/** Findings of this kind. */
const MOST = 3;

/** Characters of a prompt from which on its words tell it from others; a tool's arguments may be one number. */
const MANY_CHARS = 200;

/**
 * Acts that were done several times with the same input, or with nearly the same: only spaces and signs differ, in long prompts
 * also numbers. What failed is left out: to do that again is a retry.
 * @param total milliseconds and US dollars of the run
 */
export function repeatFindings(steps: readonly Step[], total: { ms: number; usd: number | null }): Finding[] {
  const acts = steps.filter(
    ({ step, counted, status, input }) =>
      input !== null && status !== "error" && (counted || step === "tool" || step === "retriever"),
  );
  const by = (print: (step: Step) => string | undefined) =>
    [...Map.groupBy(acts, (step) => JSON.stringify([actOf(step), step.model, print(step)])).values()].filter(
      (some) => some.length > 1,
    );
  const same = by(({ input }) => input?.exact);
  const known = new Set(same.flat());
  // Those that are alike and not all the same.
  const alike = by(nearly).filter((some) => some.some((step) => !known.has(step)));
  return [
    ...same.map((some) => findingOf(some, "same", total)),
    ...alike.map((some) => findingOf(some, "alike", total)),
  ]
    .sort((a, b) => (b.numbers.wasted_ms ?? 0) - (a.numbers.wasted_ms ?? 0))
    .slice(0, MOST);
}

function nearly({ counted, input }: Step): string | undefined {
  return counted && input !== null && input.chars >= MANY_CHARS ? input.words : input?.loose;
}

function findingOf(some: Step[], how: "same" | "alike", total: { ms: number; usd: number | null }): Finding {
  const inOrder = some.toSorted((a, b) => a.from - b.from);
  const [first, ...again] = inOrder as [Step, ...Step[]];
  const ms = again.reduce((sum, { duration_ms }) => sum + (duration_ms ?? 0), 0);
  const usd = again.reduce((sum, { cost_usd, counted }) => sum + (counted ? (cost_usd ?? 0) : 0), 0);
  const answers = new Set(some.map(({ output }) => output?.exact));
  const differ = answers.has(undefined)
    ? ""
    : answers.size === 1
      ? " The answers were the same."
      : " The answers differed.";
  const share = Math.max(total.ms > 0 ? ms / total.ms : 0, total.usd ? usd / total.usd : 0);
  const tool = first.step === "tool" || first.step === "retriever";
  return {
    kind: "repeated",
    severity: severityOf(share),
    what: `${first.name} was done ${some.length} times with ${how === "same" ? "the same input" : "nearly the same input"}: ${again.length} times more than once took ${inWords(ms)}${usd > 0 ? ` and ${dollars(usd)}` : ""}.${differ}`,
    span_ids: idsOf(inOrder),
    numbers: { times_count: some.length, wasted_ms: rounded(ms), ...(usd > 0 ? { wasted_usd: usd } : {}) },
    suggestion: tool
      ? "Keep the answer for the rest of the run, and tell the model what it already asked; if it goes in circles, stop it after two equal calls."
      : "Keep the answer, or find out why the same is asked again: a loop whose state does not change never ends by itself.",
  };
}
