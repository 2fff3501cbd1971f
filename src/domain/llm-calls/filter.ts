import { labelOf } from "../projection/labels.ts";
import { RUN_VALUE_SQL } from "../projection/run-values.ts";
import type { Params } from "../runs/params.ts";
import { nanoOf } from "../runs/time-of.ts";

/** What a list of calls is narrowed to. Service, user and session are the run's. */
export interface CallFilter {
  model?: string | undefined;
  provider?: string | undefined;
  operation?: string | undefined;
  status?: "ok" | "error" | undefined;
  service?: string | undefined;
  user_id?: string | undefined;
  session_id?: string | undefined;
  /** The call's start: RFC 3339, inclusive. */
  from?: string | undefined;
  /** RFC 3339, exclusive. */
  to?: string | undefined;
  /** US dollars, inclusive, as the other bounds below. A call that does not know the value is in no range. */
  min_cost_usd?: number | undefined;
  max_cost_usd?: number | undefined;
  min_duration_ms?: number | undefined;
  max_duration_ms?: number | undefined;
  /** Tokens in and out together. */
  min_tokens?: number | undefined;
  max_tokens?: number | undefined;
  /** Whether it did cost something and nobody knows what; a call that the provider refused did not. */
  unpriced?: boolean | undefined;
}

/** The bounds of a call's start, in nanoseconds. @throws AppError `invalid_request` for a time that is none */
export function callTimes(filter: CallFilter): { from?: string; to?: string } {
  return {
    ...(filter.from === undefined ? {} : { from: nanoOf("from", filter.from) }),
    ...(filter.to === undefined ? {} : { to: nanoOf("to", filter.to) }),
  };
}

/** The conditions on a call's own columns: all that its run does not decide. */
export function callTests(filter: CallFilter, params: Params): string[] {
  const tests: string[] = [];
  const { from, to } = callTimes(filter);
  for (const column of ["model", "provider", "status"] as const) {
    const value = filter[column];
    if (value !== undefined) tests.push(`c.${column} = ${params.of(value)}`);
  }
  if (from !== undefined) tests.push(`c.start_ns >= ${params.nano(from)}`);
  // A call that does not know its start has 0.
  if (to !== undefined) tests.push(`c.start_ns > 0 AND c.start_ns < ${params.nano(to)}`);
  const within = (value: string, least: number | undefined, most: number | undefined, scale: number) => {
    if (least !== undefined) tests.push(`${value} >= ${params.of(Math.round(least * scale))}`);
    if (most !== undefined) tests.push(`${value} <= ${params.of(Math.round(most * scale))}`);
  };
  within("c.cost_nano_usd", filter.min_cost_usd, filter.max_cost_usd, 1e9);
  within(DURATION_SQL, filter.min_duration_ms, filter.max_duration_ms, 1e6);
  within(TOKENS_SQL, filter.min_tokens, filter.max_tokens, 1);
  if (filter.unpriced !== undefined) tests.push(filter.unpriced ? UNPRICED_CALL_SQL : `NOT ${UNPRICED_CALL_SQL}`);
  if (filter.operation !== undefined) tests.push(`c.operation = ${params.of(filter.operation)}`);
  return tests;
}

const DURATION_SQL = "CASE WHEN c.start_ns > 0 AND c.end_ns > 0 THEN c.end_ns - c.start_ns END";
const TOKENS_SQL = `(${RUN_VALUE_SQL.tokens})`;
const UNPRICED_CALL_SQL = "(c.cost_nano_usd IS NULL AND c.unpriced IS NOT 'refused')";

/**
 * What a run must be like to have a call that fits, by what the indexes by start carry. A run's sums are over its calls, its
 * start is no later and its end no earlier than any call's start, and a call that failed is one of its errors.
 */
export function runTests(filter: CallFilter, params: Params): string[] {
  const tests: string[] = [];
  const { from } = callTimes(filter);
  if (from !== undefined) tests.push(`ended_ns >= ${params.nano(from)}`);
  if (filter.status === "error") tests.push("error_count > 0");
  if (filter.unpriced) tests.push("cost_nano_usd IS NULL");
  if (filter.min_cost_usd !== undefined) {
    tests.push(`(cost_nano_usd IS NULL OR cost_nano_usd >= ${params.of(Math.round(filter.min_cost_usd * 1e9))})`);
  }
  if (filter.min_tokens !== undefined)
    tests.push(`${RUN_VALUE_SQL.tokens} >= ${params.of(Math.round(filter.min_tokens))}`);
  if (filter.min_duration_ms !== undefined) {
    tests.push(`ended_ns - started_ns >= ${params.of(Math.round(filter.min_duration_ms * 1e6))}`);
  }
  if (filter.service !== undefined) tests.push(`service = ${params.of(filter.service)}`);
  if (filter.user_id !== undefined) tests.push(`user_id = ${params.of(filter.user_id)}`);
  for (const [column, value] of [
    ["models", filter.model],
    ["providers", filter.provider],
  ] as const) {
    if (value === undefined) continue;
    tests.push(`EXISTS (SELECT 1 FROM json_each(${column}) WHERE value = ${params.of(value)})`);
  }
  return tests;
}

/** The labels that a slot must have to hold such a run, those first that usually tell most. */
export function callLabels(filter: CallFilter): string[] {
  return [
    ...(filter.user_id === undefined ? [] : [labelOf("user", filter.user_id)]),
    ...(filter.model === undefined ? [] : [labelOf("model", filter.model)]),
    ...(filter.service === undefined ? [] : [labelOf("service", filter.service)]),
    ...(filter.status === "error" ? [labelOf("errors")] : []),
    ...(filter.provider === undefined ? [] : [labelOf("provider", filter.provider)]),
  ];
}
