import type { Ctx } from "../../context.ts";
import { wordsOf } from "../explain/print.ts";
import { readSteps } from "../explain/read-steps.ts";
import type { Step } from "../explain/step.ts";
import { getRun } from "../runs/get.ts";
import type { Run } from "../runs/schema.ts";
import { getSpan } from "../runs/spans.ts";

/** One of the runs that are compared. */
export interface Side {
  run: Run;
  steps: readonly Step[];
  /** What it gave, as text; null if that is not known. */
  output: string | null;
}

/** @throws AppError `run_not_found` */
export async function readSide(ctx: Ctx, runId: string): Promise<Side> {
  const [run, { steps, result }] = await Promise.all([getRun(ctx, runId), readSteps(ctx, runId)]);
  return { run, steps, output: result ?? (await outputOf(ctx, runId, steps)) };
}

/** The output of the first root that has one, or of the last model call; null if there is none. */
async function outputOf(ctx: Ctx, runId: string, steps: readonly Step[]): Promise<string | null> {
  const ids = new Set(steps.map(({ span_id }) => span_id));
  const speaking = steps.filter(({ output }) => output !== null).toSorted((a, b) => a.from - b.from);
  const root = speaking.find(({ parent_span_id }) => parent_span_id === null || !ids.has(parent_span_id));
  const said = root ?? speaking.findLast(({ counted }) => counted);
  if (said === undefined) return null;
  const { output } = await getSpan(ctx, runId, said.span_id, said.seq);
  return output && wordsOf(output);
}
