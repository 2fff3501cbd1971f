import { isDeepStrictEqual } from "node:util";
import type { Expectation } from "./clients.ts";
import type { Seen } from "./look.ts";

/** `ok`, or what differs from what the program did. */
export function verdict(expected: Expectation, found: Seen[]): string {
  const [seen, ...others] = found;
  if (!seen) return "no run appeared";
  const run = seen.run as unknown as Record<string, unknown>;
  const differences = Object.entries(expected.run)
    .filter(([field, value]) => !isDeepStrictEqual(run[field], value))
    .map(([field, value]) => `${field} is ${JSON.stringify(run[field])}, not ${JSON.stringify(value)}`);
  if (seen.messages < expected.messages) {
    differences.push(`${seen.messages} calls with messages, not at least ${expected.messages}`);
  }
  if (others.length > 0) differences.push(`${found.length} runs: ${found.map((each) => each.run.name).join(", ")}`);
  return differences.join("; ") || "ok";
}
