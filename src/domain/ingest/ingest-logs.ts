import { projectFeed } from "../../../durable-objects/stubs.ts";
import { type Ctx, requireScope } from "../../context.ts";
import type { DecodedLogs } from "../../otlp/model.ts";
import { appendParts } from "../runs/append.ts";
import { carriesText } from "../search/carries-text.ts";
import { recordPartsOf } from "./parts.ts";
import { type Rejection, rejectionOf } from "./rejection.ts";

/**
 * Takes the log records that carry messages of a span into the logs of their runs; whichever of the two comes first makes
 * the run. All others are let go and counted.
 * @returns how many records were rejected and why; null if none
 * @throws AppError `unavailable` if a log could not be written: nothing is lost by sending the same request again
 */
export async function ingestLogs(ctx: Ctx, decoded: DecodedLogs): Promise<Rejection | null> {
  requireScope(ctx, "ingest");
  const { parts, dropped } = recordPartsOf(decoded.groups, await carriesText(ctx.env, ctx.projectId));
  const appended = parts.length > 0 ? await appendParts(ctx, parts) : [];
  if (dropped > 0) countDropped(ctx, { log_records: dropped });
  return rejectionOf("log records", decoded, appended);
}

/** Takes metrics, which are not kept: only their number is. */
export function dropMetrics(ctx: Ctx, dataPoints: number): void {
  requireScope(ctx, "ingest");
  if (dataPoints > 0) countDropped(ctx, { data_points: dataPoints });
}

/** Counts what nobody keeps, so that it can be seen that it came. */
function countDropped(ctx: Ctx, dropped: { log_records?: number; data_points?: number }): void {
  ctx.waitUntil(
    projectFeed(ctx.env, ctx.projectId)
      .countDropped(dropped)
      .catch((error) => console.error(JSON.stringify({ at: "ingest.count", error: String(error) }))),
  );
}
