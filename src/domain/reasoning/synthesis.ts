import type { Synthesis, SynthesisData } from "./events.ts";
import { type SplitAnswer, shareOf, textOf } from "./json-answer.ts";
import type { SessionState } from "./state.ts";

/** How a model is asked to keep the synthesis: part of every prompt of the tools that reason. */
export const SYNTHESIS_FORM = `"synthesis": {
  "current_understanding": "what is known by now, in two or three sentences",
  "key_insights": [{"insight": "…", "confidence": 0.0-1.0}],
  "action_items": [{"action": "…", "priority": "high|medium|low"}],
  "confidence": 0.0-1.0,
  "clarity": 0.0-1.0
}`;

/** Entries of a synthesis. */
const MOST = 20;

/** The synthesis in a model's JSON; undefined if there is none. Lists may hold plain texts, shares may be percentages or words. */
export function parseSynthesis(json: SplitAnswer["json"], step: number): Synthesis | undefined {
  const found = json?.synthesis ?? json;
  if (typeof found !== "object" || found === null) return undefined;
  const fields = found as { [field: string]: unknown };
  const understanding = textOf(fields.current_understanding, 5_000);
  if (understanding === undefined) return undefined;
  const confidence = shareOf(fields.confidence);
  const clarity = shareOf(fields.clarity);
  return {
    current_understanding: understanding,
    key_insights: entries(fields.key_insights, "insight").map(({ text, rest }) => {
      const sure = shareOf(rest.confidence);
      return { insight: text, ...(sure === undefined ? {} : { confidence: sure }), step };
    }),
    action_items: entries(fields.action_items, "action").map(({ text, rest }) => {
      const priority = textOf(rest.priority, 20);
      return { action: text, ...(priority === undefined ? {} : { priority }), step };
    }),
    ...(confidence === undefined ? {} : { confidence }),
    ...(clarity === undefined ? {} : { clarity }),
  };
}

function entries(value: unknown, field: string) {
  if (!Array.isArray(value)) return [];
  return value.slice(0, MOST).flatMap((item: unknown) => {
    const rest = (typeof item === "object" && item !== null ? item : { [field]: item }) as { [name: string]: unknown };
    const text = textOf(rest[field]);
    return text === undefined ? [] : [{ text, rest }];
  });
}

/** The next version of the session's synthesis. A model that did not keep to the form is kept as it wrote: raw only. */
export function nextSynthesis(state: SessionState, answer: SplitAnswer, step: number): SynthesisData {
  const parsed = parseSynthesis(answer.json, step);
  return {
    version: (state.synthesis?.version ?? 0) + 1,
    synthesis: answer.raw ?? answer.prose,
    ...(parsed === undefined ? {} : { parsed }),
    step,
  };
}
