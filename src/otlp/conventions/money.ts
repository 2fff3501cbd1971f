import type { FactsDraft } from "./convention.ts";

// What a sender says a call cost, in dollars: a number, or its digits where a library keeps money as decimals. It is
// never our price of the call, so nothing here asks about models or tokens.

/** No call costs more: a figure above it is in another unit, or no figure. In billionths it is still a safe integer. */
const MAX_DOLLARS = 1_000_000;

const DIGITS = /^(?:\d{1,15}(?:\.\d{0,30})?|\.\d{1,30})(?:[eE][+-]?\d{1,3})?$/;

/** Dollars of 0 or more; undefined for anything else. */
export function dollars(value: unknown): number | undefined {
  const read = typeof value === "string" && DIGITS.test(value) ? Number(value) : value;
  return typeof read === "number" && read >= 0 && read <= MAX_DOLLARS ? read : undefined;
}

/**
 * Keeps what the sender says the call cost, unless an earlier convention knew it: the total, else the sum of input and
 * output, of which one may be missing.
 */
export function addCost(draft: FactsDraft, total: unknown, input?: unknown, output?: unknown): void {
  if (draft.client_cost_nano_usd !== undefined) return;
  const sent = dollars(total) ?? sum(dollars(input), dollars(output));
  if (sent !== undefined) draft.client_cost_nano_usd = Math.round(sent * 1e9);
}

/** Costs by bucket, as Langfuse has them: `total` if it is there, else all of them, which do not overlap. */
export function totalOfBuckets(buckets: { [bucket: string]: unknown }): number | undefined {
  let all: number | undefined;
  for (const [name, value] of Object.entries(buckets)) {
    const cost = dollars(value);
    if (name === "total" && cost !== undefined) return cost;
    all = sum(all, cost);
  }
  return all;
}

function sum(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined ? b : b === undefined ? a : a + b;
}
