import { type Ctx, requireScope } from "../../context.ts";
import { appendEvents } from "./append-events.ts";
import { lastSeqOf, readRun } from "./get.ts";
import type { Run } from "./schema.ts";

/**
 * Writes into a run's log that it is cancelled. Who works on it reads that from its stream; Runlight itself stops nothing.
 * A second time changes nothing.
 * @throws AppError `run_not_found`
 */
export async function cancelRun(ctx: Ctx, id: string, reason: string | undefined): Promise<Run> {
  requireScope(ctx, "ingest");
  await lastSeqOf(ctx, id);
  const data = reason === undefined ? {} : { reason };
  await appendEvents(ctx, id, [{ type: "RUN_CANCELLED", data }], { key: `cancel ${id}` });
  return readRun(ctx, id);
}
