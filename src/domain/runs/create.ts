import { type Ctx, requireScope } from "../../context.ts";
import { AppError } from "../../errors.ts";
import type { RunKind } from "../../events/event.ts";
import { appendEvents } from "./append-events.ts";
import { lastSeqOrZero, readRun } from "./get.ts";
import type { Run } from "./schema.ts";

export interface NewRun {
  id?: string | undefined;
  kind: RunKind;
  name: string;
  session_id?: string | undefined;
  parent_run_id?: string | undefined;
  user_id?: string | undefined;
  service?: string | undefined;
  environment?: string | undefined;
  version?: string | undefined;
  tags?: string[] | undefined;
  metadata?: { [key: string]: unknown } | undefined;
}

/**
 * Begins a run: the first event of its log says what it is.
 * @throws AppError `run_exists` if the id is taken
 */
export async function createRun(ctx: Ctx, run: NewRun): Promise<Run> {
  requireScope(ctx, "ingest");
  const id = run.id ?? `run_${crypto.randomUUID().replaceAll("-", "")}`;
  if ((await lastSeqOrZero(ctx, id)) > 0) {
    throw new AppError(
      "run_exists",
      `There is a run ${id.slice(0, 64)} already. Leave the id out to be given a new one.`,
    );
  }
  const { kind, parent_run_id, session_id, id: _, ...rest } = run;
  const data = {
    ...rest,
    kind,
    threadId: session_id ?? id,
    runId: id,
    ...(session_id === undefined ? {} : { session_id }),
    ...(parent_run_id === undefined ? {} : { parentRunId: parent_run_id }),
  };
  // Named by the run, so that of two at once only one begins it.
  await appendEvents(ctx, id, [{ type: "RUN_STARTED", data }], { key: `create ${id}`, kind });
  return readRun(ctx, id);
}
