import { type Ctx, requireScope } from "../../context.ts";
import { AppError } from "../../errors.ts";
import { appendEvents } from "../runs/append-events.ts";
import { lastSeqOf } from "../runs/get.ts";
import { readLog } from "../runs/read-log.ts";

/** What somebody says of a run, or of one of its spans. */
interface About {
  /** Who says so, in the caller's words. */
  author?: string | undefined;
  span_id?: string | undefined;
}

export interface Note extends About {
  text: string;
}

export interface Score extends About {
  name: string;
  value: number | string | boolean;
  comment?: string | undefined;
}

/** Where an annotation lies in its run's log. */
export interface Annotated {
  run_id: string;
  seq: number;
}

/** Writes a note into a run's log. @throws AppError `run_not_found`, `span_not_found` */
export function addNote(ctx: Ctx, runId: string, note: Note): Promise<Annotated> {
  return annotate(ctx, runId, "NOTE_ADDED", note);
}

/** Writes a score into a run's log; a later one of the same name stands beside it. @throws AppError as `addNote` */
export function addScore(ctx: Ctx, runId: string, score: Score): Promise<Annotated> {
  return annotate(ctx, runId, "SCORE_ADDED", score);
}

async function annotate(ctx: Ctx, runId: string, type: string, said: Note | Score): Promise<Annotated> {
  requireScope(ctx, "write");
  // An event begins the run that it names: what is said of a run must not make one.
  await lastSeqOf(ctx, runId);
  const { span_id: sent, ...rest } = said;
  const span_id = sent?.toLowerCase();
  if (span_id !== undefined) await refuseUnknownSpan(ctx, runId, span_id);
  const data = { ...rest, ...(span_id === undefined ? {} : { span_id }) };
  const { first_seq } = await appendEvents(ctx, runId, [{ type, data }]);
  return { run_id: runId, seq: first_seq as number };
}

async function refuseUnknownSpan(ctx: Ctx, runId: string, spanId: string): Promise<void> {
  for await (const events of readLog(ctx.env, ctx.projectId, runId, 0)) {
    if (events.some(({ type, id }) => id === spanId && (type === "SPAN" || type === "SPAN_STARTED"))) return;
  }
  throw new AppError(
    "span_not_found",
    `Run ${runId.slice(0, 64)} has no span ${spanId.slice(0, 64)}. Nothing was written.`,
  );
}
