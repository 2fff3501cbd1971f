import type { Actor } from "../../context.ts";

/** The key that a caller holds, or had signed in with; null if there is none, or none is noted. */
export function keyBehind(actor: Actor): string | null {
  return actor.type === "api_key" || actor.type === "dashboard" ? actor.keyId : null;
}
