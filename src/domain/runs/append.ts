import type { AppendPart, AppendResult, LogAddress } from "../../../durable-objects/run-log/protocol.ts";
import { logAddress, runLog } from "../../../durable-objects/stubs.ts";
import type { Ctx } from "../../context.ts";
import { AppError } from "../../errors.ts";
import { type Place, packMembers } from "../../events/part.ts";

/** A part on its way into the log. `json` is what encodePart made of it. */
export interface NewPart extends Omit<AppendPart, "place"> {
  json: Uint8Array;
}

/** Seconds after which a client may send again what could not be stored. */
const RETRY_AFTER = 1;

/**
 * Appends parts to their runs' logs: one call per log object, side by side. When it returns, all of them are durable.
 * @throws AppError `unavailable` if any log could not be written; those that were recognise their part when it comes again
 */
export async function appendParts(ctx: Pick<Ctx, "env" | "projectId">, parts: NewPart[]): Promise<AppendResult[]> {
  const calls = new Map<string, { address: LogAddress; parts: NewPart[] }>();
  for (const part of parts) {
    const address = logAddress(ctx.env, ctx.projectId, part.run);
    const call = calls.get(address.object);
    if (call) call.parts.push(part);
    else calls.set(address.object, { address, parts: [part] });
  }
  try {
    const results = await Promise.all(
      [...calls.values()].map((call) => {
        const { body, places } = packMembers(call.parts.map((part) => part.json));
        const located = call.parts.map(({ json: _, ...part }, n) => ({ ...part, place: places[n] as Place }));
        return runLog(ctx.env, call.address).append(call.address, located, body);
      }),
    );
    return results.flat();
  } catch (error) {
    throw new AppError("unavailable", "The log could not be written just now. Send the same request again.", {
      retryAfter: RETRY_AFTER,
      cause: error,
    });
  }
}
