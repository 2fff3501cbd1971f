import type { SpanRow } from "./api.ts";

type Step = SpanRow["step"];

/** What the dashboard calls each kind of step. Its colour is `--step-<kind>` in app.css. */
export const STEPS: Record<Step, { short: string; long: string }> = {
  llm: { short: "LLM", long: "LLM call" },
  embedding: { short: "EMB", long: "Embedding" },
  tool: { short: "TOOL", long: "Tool call" },
  agent: { short: "AGENT", long: "Agent" },
  chain: { short: "CHAIN", long: "Chain" },
  retriever: { short: "RETR", long: "Retriever" },
  reranker: { short: "RANK", long: "Reranker" },
  guardrail: { short: "GUARD", long: "Guardrail" },
  evaluator: { short: "EVAL", long: "Evaluator" },
  span: { short: "SPAN", long: "Span" },
};

/** A newer API may know steps that this page does not. */
export function stepOf(step: string): Step {
  return Object.hasOwn(STEPS, step) ? (step as Step) : "span";
}
