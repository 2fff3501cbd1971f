import { EMBEDDING, GEMINI_FLASH, RERANKER } from "../models.ts";
import { type Round, turn } from "../round.ts";
import { type Run, Trace } from "../spans.ts";
import { agent, answered, Conversation, type Document, embeddings, rerank, retrieval, text } from "../steps.ts";

const SERVICE = { name: "handbook-search", version: "1.8.3", environment: "production" };
const AGENT = "handbook-assistant";
const SYSTEM =
  "Answer questions of employees from the passages you are given, and from nothing else. Name the passage after each " +
  "claim, like [leave-04]. If they do not hold the answer, say so.";

interface Topic {
  user: string;
  first: string;
  firstAnswer: string;
  second: string;
  secondAnswer: string;
  passages: [Document, Document, ...Document[]];
}

const LEAVE: Topic = {
  user: "emp_0216",
  first: "How many days of parental leave do I get, and can I split them?",
  firstAnswer:
    "You get 16 weeks of paid parental leave [leave-04]. You may split them into up to three blocks, each of at least " +
    "two weeks, until the child's first birthday [leave-05].",
  second: "And does my holiday allowance keep growing meanwhile?",
  secondAnswer: "Yes. Parental leave counts as working time for the holiday allowance [leave-11].",
  passages: [
    { id: "leave-04", score: 0.83, content: "Each parent is entitled to 16 weeks of paid parental leave." },
    { id: "leave-05", score: 0.81, content: "Parental leave may be taken in up to three blocks of two weeks or more." },
    { id: "leave-11", score: 0.77, content: "During parental leave the holiday allowance accrues as usual." },
    { id: "sick-02", score: 0.61, content: "A doctor's note is needed from the fourth day of sickness." },
    { id: "travel-09", score: 0.48, content: "Travel days on weekends are compensated with time off." },
  ],
};

const TRAVEL: Topic = {
  user: "emp_0544",
  first: "Can I book first class on the train for a customer visit?",
  firstAnswer:
    "Yes, if the ride takes longer than two hours [travel-03]. Book it through the travel portal [travel-01].",
  second: "What do I get for meals on that day?",
  secondAnswer: "A flat 28 EUR for a full day away, 14 EUR for a day of arrival or departure [travel-07].",
  passages: [
    { id: "travel-03", score: 0.86, content: "First class is allowed on train rides of more than two hours." },
    { id: "travel-01", score: 0.79, content: "All trips are booked through the travel portal." },
    {
      id: "travel-07",
      score: 0.74,
      content: "Meals: 28 EUR for a full day away, 14 EUR on arrival and departure days.",
    },
    { id: "it-12", score: 0.52, content: "Laptops stay with their owner on trips; trains are no place to leave them." },
    { id: "leave-04", score: 0.41, content: "Each parent is entitled to 16 weeks of paid parental leave." },
  ],
};

/** A question is embedded, passages are found and ranked, the answer is written from them. */
export function handbook(round: Round): Run {
  const topic = turn([LEAVE, TRAVEL], round.index);
  return ask(round, topic, topic.first, topic.firstAnswer);
}

/** A second question in the same conversation. */
export function handbookAgain(round: Round): Run {
  const topic = turn([LEAVE, TRAVEL], round.index);
  return ask(round, topic, topic.second, topic.secondAnswer);
}

function ask(round: Round, { user, passages }: Topic, question: string, answer: string): Run {
  const trace = new Trace(round, { service: SERVICE, session: round.session("handbook"), user });
  const description = "Answers employees from the handbook, with sources.";
  const run = trace.open(undefined, 0, agent({ name: AGENT, description, asked: question, model: GEMINI_FLASH }));

  trace.span(run, 20, 210, embeddings(EMBEDDING, question, 1536));
  trace.span(run, 220, 410, retrieval("handbook-v7", question, passages));
  const best = passages.slice(0, 3).map((passage, i) => ({ ...passage, score: 0.97 - i * 0.09 }));
  trace.span(run, 430, 790, rerank(RERANKER, question, best));

  const context = best.map(({ id, content }) => `[${id}] ${content}`).join("\n");
  const talk = new Conversation({
    agent: AGENT,
    model: GEMINI_FLASH,
    system: SYSTEM,
    asked: `Passages:\n${context}\n\nQuestion: ${question}`,
    promptTokens: 120,
  });
  trace.span(run, 810, 3_150, talk.chat([text(answer)], { firstChunkMs: 360, reasoning: 210, temperature: 0.2 }));
  trace.end(run, 3_180, answered(answer));
  return trace.run(`Handbook: ${question}`);
}
