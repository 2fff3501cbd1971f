import { type Ctx, requireScope } from "../../context.ts";
import type { DecodedTraces } from "../../otlp/model.ts";
import { appendParts } from "../runs/append.ts";
import { partsOf } from "./parts.ts";

/**
 * Takes decoded spans into the logs of their runs. When it returns, every span that was not rejected is durable.
 * @returns how many spans were rejected and why; null if none
 * @throws AppError `unavailable` if a log could not be written: nothing is lost by sending the same request again
 */
export async function ingestTraces(
  ctx: Ctx,
  decoded: DecodedTraces,
): Promise<{ rejected: number; message: string } | null> {
  requireScope(ctx, "ingest");
  const parts = partsOf(decoded.groups);
  if (parts.length > 0) await appendParts(ctx, parts);
  if (decoded.rejected === 0) return null;
  const reasons = [...decoded.reasons].map(([reason, count]) => `${reason} (${count})`).join("; ");
  return { rejected: decoded.rejected, message: `${decoded.rejected} spans rejected: ${reasons}` };
}
