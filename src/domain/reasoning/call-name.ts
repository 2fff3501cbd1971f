import { createHash } from "node:crypto";

/**
 * A name for one call of a tool, by what it asks: a client that sends the same step again, because it did not hear the
 * answer, asks for the same step. @param args with only what makes it another step
 */
export function callName(tool: string, args: { [name: string]: unknown }): string {
  const sorted = Object.entries(args)
    .filter(([, value]) => value !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash("sha256")
    .update(JSON.stringify([tool, sorted]))
    .digest("hex")
    .slice(0, 24);
}
