import type { RunFacets } from "../../src/domain/runs/schema.ts";
import { type FakeRun, llmCalls } from "./fake-data.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const STEPS = { minute: MINUTE, hour: HOUR, day: DAY, week: 7 * DAY };

interface Call {
  at: number;
  run: FakeRun["run"];
  ms: number;
  model: string;
  provider: string;
  failed: boolean;
  input: number;
  cached: number;
  output: number;
  reasoning: number;
  usd: number | null;
  unpriced: boolean;
}
type Named = { group: string | null; calls: Call[] };

/** The answers of /api/analytics over made-up runs; their shapes are the API's. undefined = no such address. */
export function fakeAnalytics(what: string, query: URLSearchParams, runs: FakeRun[]): unknown {
  const asked = spanOf(query);
  const within = runs.flatMap(callsOf).filter((call) => fits(call, query));
  const now = within.filter(({ at }) => at >= asked.from && at < asked.to);
  const before = within.filter(({ at }) => at >= 2 * asked.from - asked.to && at < asked.from);
  const span = { from: iso(asked.from), to: iso(asked.to), step: asked.step };
  const compare = query.has("compare");
  const previousSpan = { from: iso(2 * asked.from - asked.to), to: iso(asked.from), step: asked.step };
  switch (what) {
    case "cost":
    case "latency": {
      const sumsOf = what === "cost" ? costSums : latencySums;
      const by = query.get("group_by") ?? "none";
      const groups = groupsOf(now, by);
      const shown = groups.slice(0, 10).map(({ group }) => group);
      const step = query.get("granularity") as keyof typeof STEPS | null;
      return {
        ...span,
        of: "calls",
        group_by: by,
        other_groups: 0,
        ...(what === "latency" ? { relative_error: 0.02 } : {}),
        data: groups.map(({ group, calls }) => ({ group, ...sumsOf(calls) })),
        totals: sumsOf(now),
        ...(compare ? { previous: { ...previousSpan, totals: sumsOf(before) } } : {}),
        ...(step
          ? {
              series: groupsOf(now, by).flatMap(({ group, calls }) =>
                [...Map.groupBy(calls, ({ at }) => Math.floor(at / STEPS[step]) * STEPS[step])].map(
                  ([start, those]) => ({
                    start: iso(start),
                    group: shown.includes(group) ? group : null,
                    ...sumsOf(those),
                  }),
                ),
              ),
            }
          : {}),
      };
    }
    case "overview":
      return {
        ...span,
        ...overview(now, runs, asked.from, asked.to),
        ...(compare
          ? { previous: { ...previousSpan, ...overview(before, runs, 2 * asked.from - asked.to, asked.from) } }
          : {}),
        forecast: {
          month: new Date().toISOString().slice(0, 7),
          so_far_usd: 31.4,
          expected_usd: 47.2,
          low_usd: 41.9,
          high_usd: 52.5,
          basis: "What the month has cost so far, and for the rest of it the mean of the last 9 days (UTC).",
        },
        forecast_reason: null,
      };
    case "models":
      return {
        ...span,
        previous: previousSpan,
        other_groups: 0,
        data: groupsOf(now, "model").map((each) => modelRow(each, before)),
      };
    case "top":
      return { ...span, ...topOf(query.get("of") ?? "runs", now, Number(query.get("limit") ?? 10)) };
    case "savings":
      return {
        ...span,
        looked_at: { runs: new Set(now.map(({ run }) => run.id)).size, calls: now.length, all: true },
        data: savingsOf(now),
      };
    default:
      return undefined;
  }
}

function modelRow({ group, calls }: Named, before: Call[]) {
  const past = before.filter(({ model }) => model === group);
  const sums = costSums(calls);
  const { p50_ms, p95_ms } = latencySums(calls);
  const priced = sums.count - sums.unpriced_count;
  const seconds = calls.reduce((sum, { ms }) => sum + ms, 0) / 1000;
  return {
    model: group ?? "",
    provider: calls[0]?.provider ?? "",
    ...sums,
    error_rate: sums.error_count / sums.count,
    cost_per_call_usd: sums.cost_usd === null ? null : sums.cost_usd / priced,
    cost_per_1k_output_usd:
      sums.cost_usd === null || sums.unpriced_count > 0 || sums.output_tokens === 0
        ? null
        : (sums.cost_usd / sums.output_tokens) * 1000,
    p50_ms,
    p95_ms,
    cache_hit_rate: sums.input_tokens === 0 ? null : sums.cached_input_tokens / sums.input_tokens,
    output_tokens_per_second: sums.output_tokens === 0 ? null : sums.output_tokens / seconds,
    previous:
      past.length === 0
        ? null
        : { count: past.length, cost_usd: costSums(past).cost_usd, p50_ms: latencySums(past).p50_ms },
  };
}

function topOf(of: string, calls: Call[], limit: number) {
  const idOf = ({ run }: Call) => (of === "runs" ? run.id : of === "sessions" ? run.session_id : run.user_id);
  const data = [...Map.groupBy(calls, idOf)]
    .filter(([id]) => id !== null)
    .map(([id, those]) => {
      const { count, cost_usd, unpriced_count } = costSums(those);
      return {
        id: id ?? "",
        name: of === "users" ? null : (those[0]?.run.name ?? null),
        run_count: new Set(those.map(({ run }) => run.id)).size,
        llm_call_count: count,
        cost_usd,
        unpriced_count,
        url: of === "runs" ? `/runs/${id}` : of === "sessions" ? `/sessions/${id}` : `/?user_id=${id}`,
      };
    })
    .filter(({ cost_usd }) => cost_usd !== null)
    .sort((a, b) => (b.cost_usd ?? 0) - (a.cost_usd ?? 0))
    .slice(0, limit);
  return { of, approximate: of === "sessions", data };
}

function savingsOf(calls: Call[]) {
  const runs = [...new Set(calls.map(({ run }) => run.id))].slice(0, 6);
  if (runs.length === 0) return [];
  return [
    {
      kind: "cache",
      title: "claude-sonnet-4-5 is sent long prompts without a cache",
      why: "82 calls sent 233,412 tokens, of which 31% were read from the cache. Prompts that begin alike cost a tenth of that.",
      estimated_usd: { low: 0.12, high: 0.31 },
      runs,
      filters: { model: "claude-sonnet-4-5" },
    },
    {
      kind: "retries",
      title: "Calls are repeated after errors",
      why: "6 of 3,044 calls had the same input as one that had just failed.",
      estimated_usd: null,
      runs: runs.slice(0, 2),
      filters: {},
    },
  ];
}

function spanOf(query: URLSearchParams): { from: number; to: number; step: "minute" | "hour" } {
  const to = Date.parse(query.get("to") ?? new Date().toISOString());
  const from = Date.parse(query.get("from") ?? iso(to - DAY));
  const hourly = ["user", "tag"].includes(query.get("group_by") ?? "") || from < Date.now() - 2 * DAY;
  const unit = hourly ? HOUR : MINUTE;
  return {
    from: Math.floor(from / unit) * unit,
    to: Math.ceil(to / unit) * unit,
    step: hourly ? "hour" : "minute",
  };
}

function callsOf({ run, spans }: FakeRun): Call[] {
  return llmCalls(spans).map((call) => ({
    at: Date.parse(call.started_at),
    run,
    ms: call.duration_ms ?? 0,
    model: call.model ?? "",
    provider: call.provider ?? "",
    failed: call.status === "error",
    input: call.input_tokens ?? 0,
    cached: call.cached_input_tokens ?? 0,
    output: call.output_tokens ?? 0,
    reasoning: call.reasoning_tokens ?? 0,
    usd: call.cost_usd,
    unpriced: call.unpriced !== null && call.unpriced !== "refused",
  }));
}

function fits(call: Call, query: URLSearchParams): boolean {
  const is = (key: string, value: string | null) => !query.has(key) || query.getAll(key).includes(value ?? "");
  return (
    is("service", call.run.service) &&
    is("environment", call.run.environment) &&
    is("model", call.model) &&
    is("provider", call.provider)
  );
}

function groupsOf(calls: Call[], by: string): Named[] {
  const names = (call: Call): (string | null)[] => {
    switch (by) {
      case "model":
        return [call.model];
      case "provider":
        return [call.provider];
      case "service":
        return [call.run.service ?? ""];
      case "environment":
        return [call.run.environment ?? ""];
      case "operation":
        return [call.output === 0 ? "embeddings" : "chat"];
      case "user":
        return call.run.user_id ? [call.run.user_id] : [];
      case "tag":
        return call.run.tags;
      default:
        return [null];
    }
  };
  const pairs = calls.flatMap((call) => names(call).map((name) => [name, call] as const));
  return [...Map.groupBy(pairs, ([name]) => name)]
    .map(([group, those]) => ({ group, calls: those.map(([, call]) => call) }))
    .sort((a, b) => (costSums(b.calls).cost_usd ?? 0) - (costSums(a.calls).cost_usd ?? 0));
}

function costSums(calls: Call[]) {
  const sum = (of: (call: Call) => number) => calls.reduce((all, call) => all + of(call), 0);
  const unpriced = calls.filter((call) => call.unpriced).length;
  return {
    count: calls.length,
    error_count: calls.filter(({ failed }) => failed).length,
    input_tokens: sum(({ input }) => input),
    cached_input_tokens: sum(({ cached }) => cached),
    cache_write_tokens: 0,
    output_tokens: sum(({ output }) => output),
    reasoning_tokens: sum(({ reasoning }) => reasoning),
    cost_usd: calls.length > 0 && unpriced === calls.length ? null : sum(({ usd }) => usd ?? 0),
    unpriced_count: unpriced,
  };
}

function percentile(values: number[], share: number): number | null {
  return values.sort((a, b) => a - b)[Math.ceil(share * values.length) - 1] ?? null;
}

function latencySums(calls: Call[]) {
  const times = calls.map(({ ms }) => ms);
  return {
    count: calls.length,
    error_count: calls.filter(({ failed }) => failed).length,
    avg_ms: times.length === 0 ? null : times.reduce((all, ms) => all + ms, 0) / times.length,
    p50_ms: percentile(times, 0.5),
    p95_ms: percentile(times, 0.95),
    p99_ms: percentile(times, 0.99),
  };
}

function overview(calls: Call[], runs: FakeRun[], from: number, to: number) {
  const started = runs.map(({ run }) => run).filter((run) => run.started_at >= iso(from) && run.started_at < iso(to));
  const { input_tokens, cached_input_tokens, output_tokens, reasoning_tokens, cost_usd, unpriced_count } =
    costSums(calls);
  const { avg_ms: _, ...latency } = latencySums(calls);
  const times = started.map((run) => run.duration_ms ?? 0);
  return {
    runs: {
      count: started.length,
      error_count: started.filter(({ status }) => status === "error").length,
      p50_ms: percentile(times, 0.5),
      p95_ms: percentile(times, 0.95),
    },
    calls: latency,
    tokens: {
      input: input_tokens,
      cached_input: cached_input_tokens,
      output: output_tokens,
      reasoning: reasoning_tokens,
    },
    cost_usd,
    unpriced_count,
    cache_hit_rate: input_tokens === 0 ? null : cached_input_tokens / input_tokens,
  };
}

/** How many runs have which values. */
export function fakeFacets(runs: FakeRun[]): RunFacets {
  const counted = (of: (run: FakeRun["run"]) => (string | null)[]) =>
    [
      ...Map.groupBy(
        runs.flatMap(({ run }) => of(run)),
        (value) => value ?? "",
      ),
    ].map(([value, those]) => ({
      value,
      count: those.length,
    }));
  return {
    facets: {
      status: counted((run) => [run.status]),
      kind: counted((run) => [run.kind]),
      service: counted((run) => [run.service]),
      environment: counted((run) => [run.environment]),
      model: counted((run) => run.models),
      provider: counted((run) => run.providers),
      tag: counted((run) => run.tags),
    },
    counted: runs.length,
    approximate: false,
  } as RunFacets;
}

const iso = (ms: number) => new Date(ms).toISOString();
