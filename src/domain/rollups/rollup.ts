import { durationMs, msFromNano, type Nano } from "../../events/nano.ts";
import type { RunState } from "../projection/merge.ts";
import { bucketOf, type Histogram } from "./buckets.ts";

/** Seconds of a step of each series, and what it goes by. */
export const SERIES = {
  call_day: 86_400,
  call_hour: 3600,
  call_minute: 60,
  call_user: 3600,
  call_tag: 3600,
  run_day: 86_400,
  run_hour: 3600,
  run_minute: 60,
  // What narrow.ts makes of them.
  call_hour_all: 3600,
  call_hour_model: 3600,
  call_hour_place: 3600,
  call_day_all: 86_400,
  call_day_model: 86_400,
  call_day_place: 86_400,
  call_user_day: 86_400,
  call_tag_day: 86_400,
  run_hour_all: 3600,
  run_day_all: 86_400,
} as const;
export type Series = keyof typeof SERIES;

/**
 * Milliseconds for which sums by the minute are kept: an hour more than they are asked for (src/domain/analytics/range.ts).
 * What is older is neither written nor believed: it may have been pruned already.
 */
export const MINUTES_KEPT_MS = 49 * 3_600_000;

/** What a rollup is of. '' = not known, or not told apart in its series. */
export interface RollupKey {
  series: Series;
  /** Seconds since the epoch. */
  slot: number;
  value: string;
  service: string;
  environment: string;
  model: string;
  provider: string;
  operation: string;
}

/** The sums of a rollup, or what is to be added to them. Columns of the same names say what they are. */
export interface Measures {
  count: number;
  error_count: number;
  unpriced_count: number;
  input_tokens: number;
  cached_input_tokens: number;
  cache_write_tokens: number;
  output_tokens: number;
  reasoning_tokens: number;
  cost_nano_usd: number;
  duration_us: number;
  latency: Histogram;
}

/** Columns of `rollups` that are sums. */
export const SUMS = [
  "count",
  "error_count",
  "unpriced_count",
  "input_tokens",
  "cached_input_tokens",
  "cache_write_tokens",
  "output_tokens",
  "reasoning_tokens",
  "cost_nano_usd",
  "duration_us",
] as const satisfies readonly (keyof Measures)[];

/** Rollups by their key, as text. */
export type Rollups = Map<string, { key: RollupKey; measures: Measures }>;

/**
 * Adds what a run is to rollups, or takes it away.
 *
 * A call is counted when it began, a run when it began. Calls go by their run's user and tags as well, and then by nothing
 * but service and environment: these series have a row for each user, and each row more a run is a twentieth of the bill.
 * @param counted span ids of the calls that count; @param sign 1 or -1
 */
export function addRun(rollups: Rollups, state: RunState, counted: ReadonlySet<string>, sign: 1 | -1): void {
  const service = state.head?.value.service ?? "";
  const environment = state.head?.value.environment ?? "";
  const nowhere = { service, environment, model: "", provider: "", operation: "" };
  const tags = state.tags;
  const user = state.user?.value;
  const add = (kind: "call" | "run", start: Nano, full: Where, measures: Measures) => {
    const seconds = Math.floor(msFromNano(start) / 1000);
    const put = (series: Series, value: string, where: Where) =>
      addTo(rollups, { series, slot: seconds - (seconds % SERIES[series]), value, ...where }, measures, sign);
    put(`${kind}_day`, "", full);
    put(`${kind}_hour`, "", full);
    put(`${kind}_minute`, "", full);
    if (kind === "run") return;
    if (user !== undefined) put("call_user", user, nowhere);
    for (const tag of tags) put("call_tag", tag, nowhere);
  };
  const total = emptyMeasures();
  for (const call of state.calls) {
    if (!counted.has(call.span_id)) continue;
    const failed = call.status === "error";
    const measures: Measures = {
      ...emptyMeasures(),
      count: 1,
      error_count: failed ? 1 : 0,
      // A call that the provider refused did not cost anything.
      unpriced_count: call.cost_nano_usd === null && call.unpriced !== "refused" ? 1 : 0,
      input_tokens: call.usage?.input ?? 0,
      cached_input_tokens: call.usage?.cached ?? 0,
      cache_write_tokens: call.usage?.cache_write ?? 0,
      output_tokens: call.usage?.output ?? 0,
      reasoning_tokens: call.usage?.reasoning ?? 0,
      cost_nano_usd: call.cost_nano_usd ?? 0,
      ...timeOf(call.start, call.end),
    };
    sumInto(total, measures, 1);
    const { model, provider, operation } = call;
    const full = { ...nowhere, model: model ?? "", provider: provider ?? "", operation: operation ?? "" };
    add("call", call.start, full, measures);
  }
  if (state.started === null) return;
  const over = state.outcome !== 0;
  const run: Measures = {
    ...total,
    count: 1,
    error_count: state.outcome === 2 || (!over && state.error_count > 0) ? 1 : 0,
    unpriced_count: total.unpriced_count > 0 ? 1 : 0,
    duration_us: 0,
    latency: new Map(),
    ...(over ? timeOf(state.started, state.ended) : {}),
  };
  add("run", state.started, nowhere, run);
}

type Where = Pick<RollupKey, "service" | "environment" | "model" | "provider" | "operation">;

function timeOf(start: Nano, end: Nano | null): Partial<Measures> {
  if (end === null || end === "0" || start === "0") return {};
  const us = Math.max(0, Math.round(durationMs(start, end) * 1000));
  return { duration_us: us, latency: new Map([[bucketOf(us), 1]]) };
}

function emptyMeasures(): Measures {
  return {
    count: 0,
    error_count: 0,
    unpriced_count: 0,
    input_tokens: 0,
    cached_input_tokens: 0,
    cache_write_tokens: 0,
    output_tokens: 0,
    reasoning_tokens: 0,
    cost_nano_usd: 0,
    duration_us: 0,
    latency: new Map(),
  };
}

function addTo(rollups: Rollups, key: RollupKey, measures: Measures, sign: 1 | -1): void {
  const { series, slot, value, service, environment, model, provider, operation } = key;
  const name = JSON.stringify([series, slot, value, service, environment, model, provider, operation]);
  const rollup = rollups.get(name) ?? { key, measures: emptyMeasures() };
  rollups.set(name, rollup);
  sumInto(rollup.measures, measures, sign);
}

/** Adds sums to sums. @param sign 1 or -1 */
export function sumInto(sum: Measures, measures: Measures, sign: 1 | -1): void {
  for (const column of SUMS) sum[column] += sign * measures[column];
  for (const [bucket, count] of measures.latency) {
    const total = (sum.latency.get(bucket) ?? 0) + sign * count;
    if (total === 0) sum.latency.delete(bucket);
    else sum.latency.set(bucket, total);
  }
}

/** Whether adding this changes nothing. */
export function isNothing({ latency, ...sums }: Measures): boolean {
  return latency.size === 0 && SUMS.every((column) => sums[column] === 0);
}
