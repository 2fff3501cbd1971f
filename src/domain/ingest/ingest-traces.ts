import { type Ctx, requireScope } from "../../context.ts";
import type { DecodedTraces } from "../../otlp/model.ts";
import { loadPrices } from "../prices/load.ts";
import { appendParts } from "../runs/append.ts";
import { carriesText } from "../search/carries-text.ts";
import { partsOf } from "./parts.ts";
import { type Rejection, rejectionOf } from "./rejection.ts";

/**
 * Takes decoded spans into the logs of their runs. When it returns, every span that was not rejected is durable.
 * @returns how many spans were rejected and why; null if none
 * @throws AppError `unavailable` if a log could not be written: nothing is lost by sending the same request again
 */
export async function ingestTraces(ctx: Ctx, decoded: DecodedTraces): Promise<Rejection | null> {
  requireScope(ctx, "ingest");
  const { env, projectId } = ctx;
  const [prices, search] = await Promise.all([loadPrices(env, projectId), carriesText(env, projectId)]);
  const parts = partsOf(decoded.groups, prices, search);
  const appended = parts.length > 0 ? await appendParts(ctx, parts) : [];
  return rejectionOf("spans", decoded, appended);
}
