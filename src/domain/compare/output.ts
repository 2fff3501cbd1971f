import type { Ctx } from "../../context.ts";
import { wordsOf } from "../explain/print.ts";
import type { Step } from "../explain/step.ts";
import { getSpan } from "../runs/spans.ts";

/** What a run gave, as text: the output of its first root, or of its last model call; null if neither is known. */
export async function outputOf(ctx: Ctx, runId: string, steps: readonly Step[]): Promise<string | null> {
  const ids = new Set(steps.map(({ span_id }) => span_id));
  const speaking = steps.filter(({ output }) => output !== null);
  const root = speaking
    .filter(({ parent_span_id }) => parent_span_id === null || !ids.has(parent_span_id))
    .sort((a, b) => a.from - b.from)[0];
  const said = root ?? speaking.filter(({ counted }) => counted).sort((a, b) => b.from - a.from)[0];
  if (said === undefined) return null;
  const { output } = await getSpan(ctx, runId, said.span_id, said.seq);
  return output && wordsOf(output);
}
