import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, test } from "vitest";
import { logAddress, runLog } from "../../durable-objects/stubs.ts";
import { dbFor } from "../../src/db/db.ts";
import { MINUTES_REACH, resolveRange } from "../../src/domain/analytics/range.ts";
import { sampledCallsQuery, sampledRunsQuery } from "../../src/domain/analytics/sample.ts";
import type {
  AnalyticsOverview,
  CostAnalytics,
  LatencyAnalytics,
  ModelAnalytics,
  SavingsAnalytics,
  TopAnalytics,
} from "../../src/domain/analytics/schema.ts";
import {
  ask,
  BY_CALLS_ONLY,
  GROUPS,
  type GroupBy,
  groupsQuery,
  type Query,
  type Slice,
  seriesQuery,
  type TimesRow,
  timesQuery,
} from "../../src/domain/analytics/source.ts";
import { timesOf } from "../../src/domain/analytics/times.ts";
import { topSessionsQuery } from "../../src/domain/analytics/top-sessions.ts";
import { countOf } from "../../src/domain/rollups/buckets.ts";
import { narrowDay } from "../../src/domain/rollups/narrow-day.ts";
import { MINUTES_KEPT_MS } from "../../src/domain/rollups/rollup.ts";
import { Random } from "../faults/random.ts";
import { eventually, hex, newProject, type TestProject, type TestSpan } from "./helpers.ts";

const MINUTE = 60;
const HOUR = 3600;
const DAY = 86_400;
const NOW = Math.floor(Date.now() / 1000);
const iso = (seconds: number) => new Date(seconds * 1000).toISOString();

/** A call or a run, as the rows of llm_calls and runs have it. Times in nanoseconds. */
interface Raw {
  start: bigint;
  end: bigint | null;
  failed: boolean;
  cost: number | null;
  unpriced: boolean;
  input: number;
  cached: number;
  written: number;
  output: number;
  reasoning: number;
  service: string;
  environment: string;
  model: string;
  provider: string;
  operation: string;
  user: string;
  tags: string[];
}

/** Whatever the rollups say: what is in the rows they were written from. */
async function rawRows(projectId: string, of: "calls" | "runs"): Promise<Raw[]> {
  const call = of === "calls";
  const own = call
    ? `CAST(c.start_ns AS TEXT) AS start, CAST(c.end_ns AS TEXT) AS end, c.status = 'error' AS failed, c.cost_nano_usd AS cost,
       c.cost_nano_usd IS NULL AND c.unpriced IS NOT 'refused' AS unpriced, c.input_tokens AS input,
       c.cached_input_tokens AS cached, c.cache_write_tokens AS written, c.output_tokens AS output,
       c.reasoning_tokens AS reasoning, c.model, c.provider, c.operation AS operation`
    : `CAST(r.started_ns AS TEXT) AS start, CASE WHEN r.outcome > 0 THEN CAST(r.ended_ns AS TEXT) END AS end,
       r.outcome = 2 OR (r.outcome = 0 AND r.error_count > 0) AS failed, r.details ->> 'known_cost_nano_usd' AS cost,
       r.details ->> 'unpriced' <> '{}' AS unpriced, r.input_tokens AS input, r.cached_input_tokens AS cached,
       r.details ->> 'cache_write_tokens' AS written, r.output_tokens AS output, r.reasoning_tokens AS reasoning,
       NULL AS model, NULL AS provider, NULL AS operation`;
  const { results } = await env.DB.prepare(
    `SELECT ${own}, r.service, r.environment, r.user_id AS user, r.tags
     FROM ${call ? "llm_calls AS c JOIN runs AS r ON r.project_id = c.project_id AND r.id = c.run_id" : "runs AS r"}
     WHERE r.project_id = ? ${call ? "AND c.counted = 1" : ""}`,
  )
    .bind(projectId)
    .all<Record<string, string | number | null>>();
  return results.map((row) => ({
    start: BigInt(row.start as string),
    end: row.end === null ? null : BigInt(row.end as string),
    failed: row.failed === 1,
    cost: row.cost as number | null,
    unpriced: row.unpriced === 1,
    ...(Object.fromEntries(
      ["input", "cached", "written", "output", "reasoning"].map((column) => [column, Number(row[column] ?? 0)]),
    ) as Pick<Raw, "input" | "cached" | "written" | "output" | "reasoning">),
    ...(Object.fromEntries(
      ["service", "environment", "model", "provider", "operation", "user"].map((name) => [name, row[name] ?? ""]),
    ) as Pick<Raw, "service" | "environment" | "model" | "provider" | "operation" | "user">),
    tags: JSON.parse(row.tags as string) as string[],
  }));
}

interface Asked {
  of: "calls" | "runs";
  group_by: string;
  from: number;
  to: number;
  granularity?: "minute" | "hour" | "day" | "week";
  filter?: Record<string, string[]>;
  compare?: true;
}

function query({ of, group_by, from, to, granularity, filter = {}, compare }: Asked): string {
  const params = new URLSearchParams({ of, group_by, from: iso(from), to: iso(to) });
  if (granularity) params.set("granularity", granularity);
  if (compare) params.set("compare", "previous");
  for (const [name, values] of Object.entries(filter)) for (const value of values) params.append(name, value);
  return params.toString();
}

const secondsOf = ({ start }: Raw) => Number(start / 1_000_000_000n);

function within(raw: Raw[], from: string, to: string, filter: Record<string, string[]> = {}): Raw[] {
  const [first, last] = [BigInt(Date.parse(from)) * 1_000_000n, BigInt(Date.parse(to)) * 1_000_000n];
  return raw.filter(
    (each) =>
      each.start >= first &&
      each.start < last &&
      Object.entries(filter).every(([name, values]) => values.includes(each[name as "service"])),
  );
}

function groupsOf(raw: Raw, by: string): (string | null)[] {
  if (by === "none") return [null];
  return by === "tag" ? raw.tags : [raw[by as "service"]];
}

function costOf(raws: Raw[]) {
  const sum = (of: (raw: Raw) => number) => raws.reduce((total, raw) => total + of(raw), 0);
  const unpriced = sum((raw) => Number(raw.unpriced));
  const known = raws.filter(({ cost }) => cost !== null);
  const unknown = unpriced === raws.length && !known.some(({ cost }) => cost !== 0);
  return {
    count: raws.length,
    error_count: sum((raw) => Number(raw.failed)),
    input_tokens: sum((raw) => raw.input),
    cached_input_tokens: sum((raw) => raw.cached),
    cache_write_tokens: sum((raw) => raw.written),
    output_tokens: sum((raw) => raw.output),
    reasoning_tokens: sum((raw) => raw.reasoning),
    cost_usd: raws.length > 0 && unknown ? null : sum((raw) => raw.cost ?? 0) / 1e9,
    unpriced_count: unpriced,
  };
}

function pointOf(raws: Raw[]) {
  const { cached_input_tokens: _c, cache_write_tokens: _w, reasoning_tokens: _r, ...point } = costOf(raws);
  return point;
}

/** Start of the step that a moment lies in, by the calendar. */
function stepOf(seconds: number, granularity: string): number {
  const date = new Date(seconds * 1000);
  if (granularity === "minute") return Math.floor(seconds / MINUTE) * MINUTE;
  if (granularity === "hour") return Math.floor(seconds / HOUR) * HOUR;
  const day = Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate()) / 1000;
  return granularity === "day" ? day : day - ((date.getUTCDay() + 6) % 7) * DAY;
}

function groupedBy(raws: Raw[], by: string): Map<string | null, Raw[]> {
  const groups = new Map<string | null, Raw[]>();
  for (const raw of raws) {
    for (const group of groupsOf(raw, by)) groups.set(group, [...(groups.get(group) ?? []), raw]);
  }
  return groups;
}

function pointsBy(raws: Raw[], by: string, granularity: string) {
  const points = Map.groupBy(raws, (raw) => stepOf(secondsOf(raw), granularity));
  return [...points].flatMap(([start, those]) =>
    [...groupedBy(those, by)].map(([group, each]) => ({ start: iso(start), group, raws: each })),
  );
}

const byGroup = (a: { group: string | null }, b: { group: string | null }) =>
  String(a.group) < String(b.group) ? -1 : 1;
const byPlace = (a: { start: string; group: string | null }, b: { start: string; group: string | null }) =>
  a.start === b.start ? byGroup(a, b) : a.start < b.start ? -1 : 1;

/** The exact percentile of those that have ended, in milliseconds. */
function exact(raws: Raw[], share: number): number | null {
  const times = raws
    .flatMap(({ start, end }) => (end === null ? [] : [Number(end - start) / 1e6]))
    .sort((a, b) => a - b);
  return times[Math.max(1, Math.ceil(share * times.length)) - 1] ?? null;
}

function expectTimes(answer: LatencyAnalytics["totals"], raws: Raw[]) {
  expect(answer.count).toBe(raws.length);
  expect(answer.error_count).toBe(raws.filter(({ failed }) => failed).length);
  const ended = raws.filter(({ end }) => end !== null);
  if (ended.length === 0) {
    expect(answer).toMatchObject({ avg_ms: null, p50_ms: null, p95_ms: null, p99_ms: null });
    return;
  }
  const mean = ended.reduce((sum, { start, end }) => sum + Number((end as bigint) - start) / 1e6, 0) / ended.length;
  // Kept in whole microseconds.
  expect(Math.abs((answer.avg_ms as number) - mean)).toBeLessThan(0.002);
  for (const [name, share] of [
    ["p50_ms", 0.5],
    ["p95_ms", 0.95],
    ["p99_ms", 0.99],
  ] as const) {
    const real = exact(raws, share) as number;
    expect(Math.abs((answer[name] as number) - real)).toBeLessThanOrEqual(real * 0.02 + 0.001);
  }
}

/** Sends runs and waits until they are counted. */
async function send(project: TestProject, resources: { service?: string; environment?: string; spans: TestSpan[] }[]) {
  const string = (key: string, stringValue: string | undefined) =>
    stringValue === undefined ? [] : [{ key, value: { stringValue } }];
  const { status } = await project.sendTraces({
    resourceSpans: resources.map(({ service, environment, spans }) => ({
      resource: {
        attributes: [...string("service.name", service), ...string("deployment.environment.name", environment)],
      },
      scopeSpans: [{ scope: { name: "test" }, spans }],
    })),
  });
  expect(status).toBe(200);
  await eventually(
    () => runLog(env, logAddress(env, project.id, hex(16))).status(),
    ({ waitingRows }) => waitingRows === 0,
    30_000,
  );
}

interface CallOf {
  model: string;
  provider?: string;
  operation?: string;
  input: number;
  cached?: number;
  output: number;
}

function callSpan(root: TestSpan, startNs: bigint, lengthMs: number, call: CallOf, failed = false): TestSpan {
  const { model, provider = "openai", operation = "chat", input, cached = 0, output } = call;
  const text = (key: string, stringValue: string) => ({ key, value: { stringValue } });
  const int = (key: string, intValue: number) => ({ key, value: { intValue: String(intValue) } });
  return {
    traceId: root.traceId,
    spanId: hex(8),
    parentSpanId: root.spanId,
    name: "call",
    startTimeUnixNano: String(startNs),
    endTimeUnixNano: String(startNs + BigInt(lengthMs) * 1_000_000n),
    attributes: [
      text("gen_ai.operation.name", operation),
      text("gen_ai.provider.name", provider),
      text("gen_ai.response.model", model),
      int("gen_ai.usage.input_tokens", input),
      int("gen_ai.usage.cache_read.input_tokens", cached),
      int("gen_ai.usage.output_tokens", output),
    ],
    ...(failed ? { status: { code: 2, message: "no" } } : {}),
  };
}

interface RootOf {
  user?: string;
  session?: string;
  tags?: string[];
  failed?: boolean;
}

function rootSpan(startNs: bigint, lengthMs: number, { user, session, tags = [], failed }: RootOf = {}): TestSpan {
  const text = (key: string, stringValue: string | undefined) =>
    stringValue === undefined ? [] : [{ key, value: { stringValue } }];
  return {
    traceId: hex(16),
    spanId: hex(8),
    name: "run",
    startTimeUnixNano: String(startNs),
    endTimeUnixNano: String(startNs + BigInt(lengthMs) * 1_000_000n),
    attributes: [
      ...text("user.id", user),
      ...text("session.id", session),
      { key: "langfuse.trace.tags", value: { arrayValue: { values: tags.map((stringValue) => ({ stringValue })) } } },
    ],
    ...(failed ? { status: { code: 2 } } : {}),
  };
}

const MODELS: Omit<CallOf, "input" | "output">[] = [
  { model: "gpt-4o" },
  { model: "gpt-4o-mini" },
  { model: "text-embedding-3-small", operation: "embeddings" },
  { model: "claude-sonnet-4-5", provider: "anthropic" },
  { model: "nobody-knows" },
];

/** Runs of the last weeks and of the last hours, of all kinds; the same for the same seed but for when they were. */
async function filledProject(seed: number, runs: number, into?: TestProject): Promise<TestProject> {
  const project = into ?? (await newProject());
  const random = new Random(seed);
  const places = [
    { service: "api", environment: "production" },
    { service: "api", environment: "staging" },
    { service: "worker", environment: "production" },
    { spans: [] },
  ].map((place) => ({ spans: [] as TestSpan[], ...place }));
  for (let n = 0; n < runs; n++) {
    const back = random.chance(0.5) ? random.int(2, 40 * HOUR) : random.int(2 * DAY, 35 * DAY);
    const start = BigInt(NOW - back) * 1_000_000_000n + BigInt(random.int(0, 999_999_999));
    const tags = ["a", "b", "c"].filter(() => random.chance(0.4));
    const root = rootSpan(start, random.int(50, 90_000), {
      ...(random.chance(0.8) ? { user: `user-${random.int(0, 3)}` } : {}),
      tags,
      failed: random.chance(0.2),
    });
    const calls = Array.from({ length: random.int(0, 4) }, () => {
      const input = random.int(1, 5_000);
      const call = { ...random.pick(MODELS), input, cached: random.int(0, input), output: random.int(0, 2_000) };
      // Some begin in another hour than their run.
      const at = start + BigInt(random.int(0, 5_000_000)) * 1_000_000n;
      return callSpan(root, at, random.int(0, 60_000), call, random.chance(0.15));
    });
    random.pick(places).spans.push(root, ...calls);
  }
  await send(project, places);
  return project;
}

type Rows = Record<"calls" | "runs", Raw[]>;

/** Asks, and compares with the rows: sums exactly. */
async function expectCosts(project: TestProject, rows: Rows, cases: Asked[]) {
  for (const asked of cases) {
    const answer = await project.json<CostAnalytics>(`/api/analytics/cost?${query(asked)}`);
    const raws = within(rows[asked.of], answer.from, answer.to, asked.filter);
    const expected = [...groupedBy(raws, asked.group_by)].map(([group, each]) => ({ group, ...costOf(each) }));
    expect(answer.totals).toEqual(costOf(raws));
    expect(answer.other_groups).toBe(0);
    expect(answer.data.toSorted(byGroup)).toEqual(expected.sort(byGroup));
    const known = answer.data.map(({ cost_usd }) => cost_usd ?? 0);
    expect(known).toEqual(known.toSorted((a, b) => b - a));
    const points = pointsBy(raws, asked.group_by, asked.granularity as string);
    expect(answer.series?.toSorted(byPlace)).toEqual(
      points.map(({ raws: each, ...place }) => ({ ...place, ...pointOf(each) })).sort(byPlace),
    );
  }
}

/** The same of latencies: percentiles within their error. */
async function expectLatencies(project: TestProject, rows: Rows, cases: Asked[]) {
  for (const asked of cases) {
    const answer = await project.json<LatencyAnalytics>(`/api/analytics/latency?${query(asked)}`);
    const raws = within(rows[asked.of], answer.from, answer.to, asked.filter);
    expectTimes(answer.totals, raws);
    const groups = groupedBy(raws, asked.group_by);
    expect(answer.data).toHaveLength(groups.size);
    for (const { group, ...sums } of answer.data) expectTimes(sums, groups.get(group) ?? []);
    const points = pointsBy(raws, asked.group_by, asked.granularity as string);
    expect(answer.series).toHaveLength(points.length);
    for (const { start, group, ...sums } of answer.series ?? []) {
      expectTimes(sums, points.find((point) => point.start === start && point.group === group)?.raws ?? []);
    }
  }
}

describe("analytics", () => {
  let project: TestProject;
  let rows: Record<"calls" | "runs", Raw[]>;
  beforeAll(async () => {
    project = await filledProject(7, 160);
    rows = { calls: await rawRows(project.id, "calls"), runs: await rawRows(project.id, "runs") };
    expect(rows.runs).toHaveLength(160);
  });

  const RANGES = [
    { from: NOW - 30 * DAY, to: NOW + DAY, granularity: "day" as const },
    { from: NOW - 35 * DAY, to: NOW, granularity: "week" as const },
    { from: NOW - 47 * HOUR, to: NOW - 3 * HOUR - 17, granularity: "hour" as const },
    { from: NOW - 20 * HOUR, to: NOW, granularity: "minute" as const },
    // Days with a rest before and behind, and their hours.
    { from: NOW - 34 * DAY - 7 * HOUR, to: NOW - 4 * DAY - 2 * HOUR, granularity: "hour" as const },
    { from: stepOf(NOW, "day") - 9 * DAY, to: stepOf(NOW, "day"), granularity: "week" as const },
  ];
  const CASES: Asked[] = [];
  for (const { granularity, ...range } of RANGES) {
    for (const of of ["calls", "runs"] as const) {
      const told = of === "calls" ? ["model", "provider", "operation", "user", "tag"] : [];
      for (const group_by of ["none", "service", "environment", ...told]) {
        const hourly = group_by === "user" || group_by === "tag";
        const step = hourly && granularity === "minute" ? ("hour" as const) : granularity;
        const filters: Record<string, string[]>[] = [
          {},
          { service: ["api"] },
          { service: ["api", "worker"], environment: ["production"] },
          ...(of === "calls" ? [{ service: [""] }] : []),
          ...(of === "calls" && !hourly ? [{ model: ["gpt-4o", "nobody-knows"] }] : []),
          ...(of === "calls" && !hourly ? [{ provider: ["anthropic"], environment: ["production", ""] }] : []),
        ];
        for (const filter of filters) CASES.push({ of, group_by, ...range, granularity: step, filter });
      }
    }
  }

  test("are the sums of the rows, by whatever group, filter and step", async () => {
    await expectCosts(project, rows, CASES);
  });

  test("have percentiles within two percent of the exact ones", async () => {
    await expectLatencies(project, rows, CASES);
  });

  test("are the same once days are narrowed, and when runs come late to them", async () => {
    const some = CASES.filter((_, n) => n % 3 === 0);
    const other = await filledProject(8, 60);
    const narrow = async () => {
      while (await narrowDay(dbFor(env, other.id), other.id, Date.now()));
    };
    const expectAll = async () => {
      const its = { calls: await rawRows(other.id, "calls"), runs: await rawRows(other.id, "runs") };
      await expectCosts(other, its, some);
      await expectLatencies(other, its, some);
      return its.runs.length;
    };
    await narrow();
    expect(await expectAll()).toBe(60);
    await filledProject(9, 60, other);
    expect(await expectAll()).toBe(120);
  });

  test("are the same if there is more of them than the Worker reads, and the database adds them up", async () => {
    const [first, hours] = [stepOf(NOW, "day") - 20 * DAY, 240];
    const fill = async (services: number, buckets: number): Promise<TestProject> => {
      const its = await newProject();
      await dbFor(env, its.id)
        .prepare(
          `WITH RECURSIVE n(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM n WHERE n + 1 < ?2),
             b(b) AS (SELECT 0 UNION ALL SELECT b + 1 FROM b WHERE b + 1 < ?3)
           INSERT INTO rollups SELECT ?1, 1, 'run_hour', ?4 + n % ${hours} * ${HOUR}, '', 'service-' || (n / ${hours}), '', '', '', '',
             ?3, 0, 0, 0, 0, 0, 0, 0, 0, ?3, (SELECT json_group_object(b + n % 5, 1) FROM b) FROM n`,
        )
        .bind(its.id, services * hours, buckets, first)
        .run();
      return its;
    };
    // 240 hours of 126 services are 30,240 rollups; 240 with 6,000 buckets each have some 10 million signs.
    for (const [services, buckets] of [
      [126, 3],
      [1, 6_000],
    ] as const) {
      const its = await fill(services, buckets);
      const slice: Slice = {
        projectId: its.id,
        of: "runs",
        span: { from: first, to: first + hours * HOUR, step: "hour" },
        filter: {},
      };
      const asked = timesQuery(slice, "none", [], "hour");
      const { results } = await dbFor(env, its.id)
        .prepare(asked.sql)
        .bind(...asked.values)
        .all<TimesRow>();
      expect(results).toEqual([{ start: null, grp: null, sign: null, times: null }]);
      const [rows] = await ask<TimesRow>(dbFor(env, its.id), [asked]);
      const histogram = new Map<number, number>();
      for (let n = 0; n < services * hours; n++) {
        for (let b = n % 5; b < buckets + (n % 5); b++) histogram.set(b, (histogram.get(b) ?? 0) + 1);
      }
      const times = timesOf(rows);
      expect(times.all()).toEqual(histogram);
      expect(countOf(times.of(null, first + HOUR))).toBe(services * buckets);
    }
  });

  test("that the Worker adds up are those that the database would", async () => {
    for (const { of, group_by, filter, granularity } of CASES.filter((_, n) => n % 5 === 0)) {
      const by = group_by as GroupBy;
      const span = { from: stepOf(NOW, "day") - 20 * DAY, to: stepOf(NOW, "day") + DAY, step: "hour" as const };
      const slice: Slice = { projectId: project.id, of, span, filter: filter ?? {} };
      const step = granularity === "minute" ? "hour" : granularity;
      const few = timesQuery(slice, by, ["api", "gpt-4o", "a"], step);
      const [read = [], added] = await ask<TimesRow>(dbFor(env, project.id), [few, few.otherwise as Query]);
      expect(timesOf(read).all()).toEqual(timesOf(added).all());
      for (const { start, grp } of read) expect(timesOf(read).of(grp, start)).toEqual(timesOf(added).of(grp, start));
    }
  });

  test("count what a range touches: minutes within two days, hours before that and for users and tags", async () => {
    const to = NOW - 100;
    const ask = async (group_by: string, from: number, compare?: true) => {
      const asked: Asked = { of: "calls", group_by, from, to, ...(compare ? { compare } : {}) };
      const { from: first, to: last, step } = await project.json<CostAnalytics>(`/api/analytics/cost?${query(asked)}`);
      const length = step === "minute" ? MINUTE : HOUR;
      expect([first, last]).toEqual([iso(Math.floor(from / length) * length), iso(Math.ceil(to / length) * length)]);
      return step;
    };
    expect(await ask("none", NOW - 15 * MINUTE)).toBe("minute");
    expect(await ask("none", NOW - 47 * HOUR)).toBe("minute");
    expect(await ask("none", NOW - 23 * HOUR, true)).toBe("minute");
    expect(await ask("none", NOW - 30 * HOUR, true)).toBe("hour");
    expect(await ask("none", NOW - 49 * HOUR)).toBe("hour");
    expect(await ask("user", NOW - 15 * MINUTE)).toBe("hour");
    expect(await ask("tag", NOW - 15 * MINUTE)).toBe("hour");
    expect(await ask("none", NOW - 399 * DAY)).toBe("hour");
  });

  test("compare with the equally long span before", async () => {
    for (const from of [NOW - 20 * HOUR, NOW - 12 * DAY]) {
      const asked: Asked = { of: "calls", group_by: "model", from, to: NOW, compare: true };
      const [cost, latency] = await Promise.all([
        project.json<CostAnalytics>(`/api/analytics/cost?${query(asked)}`),
        project.json<LatencyAnalytics>(`/api/analytics/latency?${query(asked)}`),
      ]);
      const previous = cost.previous as NonNullable<CostAnalytics["previous"]>;
      expect(previous.to).toBe(cost.from);
      expect(Date.parse(previous.to) - Date.parse(previous.from)).toBe(Date.parse(cost.to) - Date.parse(cost.from));
      const raws = within(rows.calls, previous.from, previous.to);
      expect(raws.length).toBeGreaterThan(0);
      expect(previous.totals).toEqual(costOf(raws));
      expectTimes(latency.previous?.totals as LatencyAnalytics["totals"], raws);
    }
  });

  test("at a glance are the same sums", async () => {
    const asked = { of: "calls" as const, group_by: "none", from: NOW - 20 * DAY, to: NOW, compare: true as const };
    const { of: _of, group_by: _by, ...range } = Object.fromEntries(new URLSearchParams(query(asked)));
    const overview = (more: Record<string, string>) =>
      project.json<AnalyticsOverview>(`/api/analytics/overview?${new URLSearchParams({ ...range, ...more })}`);
    for (const filter of [{}, { service: "api" }, { service: "api", environment: "staging" }]) {
      const { from, to, previous, ...sums } = await overview(filter);
      const narrowed = Object.fromEntries(Object.entries(filter).map(([name, one]) => [name, [one]]));
      for (const [part, first, last] of [
        [sums, from, to],
        [previous, previous?.from, previous?.to],
      ] as const) {
        const countedIn = (all: Raw[]) => within(all, String(first), String(last), narrowed);
        const [calls, runs] = [countedIn(rows.calls), countedIn(rows.runs)];
        const expected = costOf(calls);
        expect(part).toMatchObject({
          runs: { count: runs.length, error_count: runs.filter(({ failed }) => failed).length },
          calls: { count: expected.count, error_count: expected.error_count },
          tokens: {
            input: expected.input_tokens,
            cached_input: expected.cached_input_tokens,
            output: expected.output_tokens,
            reasoning: expected.reasoning_tokens,
          },
          cost_usd: expected.cost_usd,
          unpriced_count: expected.unpriced_count,
          cache_hit_rate: expected.input_tokens === 0 ? null : expected.cached_input_tokens / expected.input_tokens,
        });
      }
    }
    const { forecast } = await overview({});
    // Some calls begin after their run, and tomorrow's are not of today.
    const tomorrow = iso(stepOf(NOW, "day") + DAY);
    const month = within(rows.calls, `${iso(NOW).slice(0, 7)}-01T00:00:00Z`, tomorrow);
    expect(forecast).toMatchObject({ month: iso(NOW).slice(0, 7), so_far_usd: costOf(month).cost_usd ?? 0 });
  });

  test("of models are the sums of their calls, beside those of the span before", async () => {
    const range = `from=${iso(NOW - 15 * DAY)}&to=${iso(NOW)}`;
    for (const filter of [{}, { service: ["api"] }]) {
      const search = `${range}${Object.entries(filter).map(([name, [one]]) => `&${name}=${one}`)}`;
      const answer = await project.json<ModelAnalytics>(`/api/analytics/models?${search}`);
      const groups = (from: string, to: string) =>
        Map.groupBy(within(rows.calls, from, to, filter), ({ model, provider }) => `${model} of ${provider}`);
      const now = groups(answer.from, answer.to);
      const before = groups(answer.previous.from, answer.previous.to);
      expect(answer.data).toHaveLength(now.size);
      for (const { model, provider, previous, ...sums } of answer.data) {
        const raws = now.get(`${model} of ${provider}`) ?? [];
        const past = before.get(`${model} of ${provider}`);
        const expected = costOf(raws);
        const { count, cost_usd, unpriced_count, input_tokens, output_tokens } = expected;
        const seconds = raws.reduce((sum, { start, end }) => sum + Number((end as bigint) - start) / 1e9, 0);
        expect(sums).toMatchObject({
          count,
          cost_usd,
          unpriced_count,
          error_rate: expected.error_count / count,
          cost_per_call_usd: cost_usd === null ? null : cost_usd / count,
          cost_per_1k_output_usd: cost_usd === null || output_tokens === 0 ? null : (cost_usd / output_tokens) * 1000,
          cache_hit_rate: expected.cached_input_tokens / input_tokens,
          output_tokens_per_second: expect.closeTo(output_tokens / seconds, 3),
        });
        const p95 = exact(raws, 0.95) as number;
        expect(Math.abs((sums.p95_ms as number) - p95)).toBeLessThanOrEqual(p95 * 0.02);
        expect(previous?.count).toBe(past?.length);
        expect(previous?.cost_usd).toBe(past && costOf(past).cost_usd);
      }
    }
  });

  test("name the most expensive runs, users and sessions", async () => {
    const some = await newProject();
    const at = BigInt(NOW - HOUR) * 1_000_000_000n;
    const spans = Array.from({ length: 12 }, (_, n) => {
      const root = rootSpan(at + BigInt(n), 10, {
        ...(n % 4 === 3 ? {} : { user: `u&${n % 4}`, session: `s/${n % 3}` }),
      });
      // Only the last of each three has a price.
      const model = n % 3 === 2 ? "gpt-4o" : "nobody-knows";
      return [
        root,
        callSpan(root, at, 5, { model, input: 1_000_000 * (n + 1), output: 0 }),
        callSpan(root, at, 5, { model: "gpt-4o", input: 2_000 * (n + 1), output: 0 }),
      ];
    });
    await send(some, [{ service: "a", spans: spans.flat() }]);
    const range = `from=${iso(NOW - 2 * HOUR)}&to=${iso(NOW)}`;
    const top = (of: string, more = "") => some.json<TopAnalytics>(`/api/analytics/top?${range}&of=${of}${more}`);
    const usd = (millions: number) => expect.closeTo(millions * 2.5, 6);

    const runs = await top("runs");
    expect(runs.data.map(({ id, cost_usd }) => ({ id, cost_usd }))).toEqual(
      [11, 8, 5, 2].map((n) => ({ id: spans[n]?.[0]?.traceId, cost_usd: usd((n + 1) * 1.002) })),
    );
    expect((await top("runs", "&service=b")).data).toEqual([]);

    // Users 0, 1 and 2 have the runs 0, 4, 8; 1, 5, 9; 2, 6, 10.
    const users = await top("users", "&limit=2");
    expect(users.data).toEqual([
      {
        id: "u&0",
        name: null,
        run_count: 3,
        llm_call_count: 6,
        cost_usd: usd(9 + 0.002 * 15),
        unpriced_count: 2,
        url: "/?user_id=u%260",
      },
      expect.objectContaining({ id: "u&1", cost_usd: usd(6 + 0.002 * 18) }),
    ]);

    // Runs 3, 7 and 11 have no session; 2, 5 and 8 are in the third, and all of them have a price.
    const sessions = await top("sessions");
    expect(sessions.approximate).toBe(false);
    expect(sessions.data[0]).toEqual({
      id: "s/2",
      name: "run",
      run_count: 3,
      llm_call_count: 6,
      cost_usd: usd(18 * 1.002),
      unpriced_count: 0,
      url: "/sessions/-?id=s%2F2",
    });
    expect(sessions.data.map(({ id, run_count, unpriced_count }) => [id, run_count, unpriced_count])).toEqual([
      ["s/2", 3, 0],
      ["s/0", 3, 3],
      ["s/1", 3, 3],
    ]);
    expect((await top("sessions", "&environment=b")).data).toEqual([]);
  });

  test("show where money could be saved, with the runs that show it", async () => {
    const wasteful = await newProject();
    const at = BigInt(NOW - HOUR) * 1_000_000_000n;
    const later = (n: number) => at + BigInt(n) * 1_000_000n;
    // 25 calls with a long input and little of it cached; their answers are long.
    const long = rootSpan(at, 10);
    const longCalls = Array.from({ length: 25 }, (_, n) =>
      callSpan(long, later(n), 5, { model: "gpt-4o", input: 4_000 + n, cached: 400, output: 900 }),
    );
    // 12 short answers of a large model, three of a word.
    const short = rootSpan(at, 10);
    const shortCalls = Array.from({ length: 12 }, (_, n) =>
      callSpan(short, later(n), 5, { model: "gpt-4.1", input: 1_000 + n, output: n < 3 ? 1 : 100 }),
    );
    // The same question four times, and two failures.
    const again = rootSpan(at, 10);
    const againCalls = [
      ...Array.from({ length: 4 }, (_, n) =>
        callSpan(again, later(n), 5, { model: "gpt-4o", input: 1_000, output: 300 }),
      ),
      ...[7, 8].map((n) => callSpan(again, later(n), 5, { model: "gpt-4o", input: n * 1_000, output: 0 }, true)),
    ];
    // Nothing is wrong with this one.
    const fine = rootSpan(at, 10);
    const fineCalls = [callSpan(fine, at, 5, { model: "gpt-4o-mini", input: 10, output: 5 })];
    await send(wasteful, [
      { service: "bot", spans: [long, ...longCalls, short, ...shortCalls] },
      { service: "other", spans: [again, ...againCalls, fine, ...fineCalls] },
    ]);
    const range = `from=${iso(NOW - 2 * HOUR)}&to=${iso(NOW)}`;
    const path = `/api/analytics/savings?${range}`;
    const answer = await wasteful.json<SavingsAnalytics>(path);
    expect(answer.looked_at).toEqual({ runs: 4, calls: 25 + 12 + 6 + 1, all: true });
    const of = (kind: string) => answer.data.filter((saving) => saving.kind === kind);

    // gpt-4o: 2.50 a million input tokens, 1.25 cached, 10 output. gpt-4.1: 2 and 8, its mini 0.40 and 1.60.
    const uncached = 25 * 3_600 + 300;
    expect(of("cache")).toEqual([
      {
        kind: "cache",
        title: "Little of the input of gpt-4o comes from the cache in bot",
        why: expect.stringContaining("25 calls sent 4012 input tokens each on average, and 10 % of them"),
        estimated_usd: { low: 0, high: expect.closeTo((uncached * 1.25) / 1e6, 9) },
        runs: [long.traceId],
        filters: { service: "bot", model: "gpt-4o", provider: "openai" },
      },
    ]);
    const less = (input: number, output: number) => (input * 1.6 + output * 6.4) / 1e6;
    expect(of("smaller_model")).toEqual([
      {
        kind: "smaller_model",
        title: "gpt-4.1 gives short answers that gpt-4.1-mini may give as well",
        why: expect.stringContaining("12 calls of gpt-4.1 answered with at most 200 tokens, 3 of them with at most 20"),
        estimated_usd: { low: expect.closeTo(less(3_003, 3), 9), high: expect.closeTo(less(12_066, 903), 9) },
        runs: [short.traceId],
        filters: { model: "gpt-4.1", provider: "openai" },
      },
    ]);
    const failed = (15_000 * 2.5) / 1e6;
    const repeated = (3 * (1_000 * 2.5 + 300 * 10)) / 1e6;
    expect(of("retries")).toEqual([
      {
        kind: "retries",
        title: "Runs call again and again",
        why: expect.stringContaining("Of the 4 newest runs 1 have"),
        estimated_usd: { low: expect.closeTo(failed, 9), high: expect.closeTo(failed + repeated, 9) },
        runs: [again.traceId],
        filters: {},
      },
    ]);
    const highs = answer.data.map(({ estimated_usd }) => estimated_usd?.high ?? 0);
    expect(highs).toEqual(highs.toSorted((a, b) => b - a));
    for (const { runs, filters } of answer.data) {
      const found = await wasteful.json<{ data: { id: string }[] }>(`/api/runs?${new URLSearchParams(filters)}`);
      expect(found.data.map(({ id }) => id)).toEqual(expect.arrayContaining(runs));
    }
    expect((await wasteful.json<SavingsAnalytics>(`${path}&service=other`)).data.map(({ kind }) => kind)).toEqual([
      "retries",
    ]);
    const csv = await (await wasteful.fetch(`${path}&format=csv`)).text();
    expect(csv.split("\r\n")[0]).toBe("kind,title,why,low_usd,high_usd,runs,filters");
    expect(csv).toContain("service=bot&model=gpt-4o&provider=openai");

    const own = { model: "gpt-4*", input_usd_per_mtok: 1, output_usd_per_mtok: 1 };
    const put = {
      method: "PUT",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ prices: [own] }),
    };
    expect((await wasteful.fetch("/api/prices", put)).status).toBe(200);
    // With a price of the project's own, and none for cached input, nobody knows what the cache or another model would save.
    expect((await wasteful.json<SavingsAnalytics>(path)).data.map(({ kind }) => kind)).toEqual(["retries"]);
  });

  test("come as tables that no spreadsheet computes", async () => {
    const evil = await newProject();
    const at = BigInt(NOW - HOUR) * 1_000_000_000n;
    const root = rootSpan(at, 10, { user: '=HYPERLINK("http://x","y")', session: "-1+1" });
    const call = callSpan(root, at, 5, { model: "@SUM(A1)", input: 10, output: 5 });
    await send(evil, [{ service: "a,b", spans: [root, call] }]);
    const csv = async (path: string) => {
      const answer = await evil.fetch(`/api/analytics/${path}`);
      expect(answer.headers.get("content-type")).toBe("text/csv; charset=utf-8");
      expect(answer.headers.get("content-disposition")).toMatch(/^attachment; filename="runlight-[a-z-]+\.csv"$/);
      return (await answer.text()).split("\r\n");
    };
    const range = `from=${iso(NOW - 2 * HOUR)}&to=${iso(NOW)}&format=csv`;
    expect(await csv(`cost?${range}&group_by=user`)).toEqual([
      "group,count,error_count,input_tokens,cached_input_tokens,cache_write_tokens,output_tokens,reasoning_tokens,cost_usd,unpriced_count",
      `"'=HYPERLINK(""http://x"",""y"")",1,0,10,0,0,5,0,,1`,
      "",
    ]);
    expect((await csv(`cost?${range}&group_by=service`))[1]).toMatch(/^"a,b",1,0,10,/);
    const day = iso(stepOf(NOW - HOUR, "day"));
    expect((await csv(`cost?${range}&granularity=day`)).slice(0, 2)).toEqual([
      "start,group,count,error_count,input_tokens,output_tokens,cost_usd,unpriced_count",
      `${day},*,1,0,10,5,,1`,
    ]);
    expect((await csv(`latency?${range}&group_by=model`))[1]).toMatch(
      /^'@SUM\(A1\),1,0,5,4\.9|^'@SUM\(A1\),1,0,5,5\.0/,
    );
    expect((await csv(`latency?${range}&granularity=day`))[0]).toBe(
      "start,group,count,error_count,avg_ms,p50_ms,p95_ms,p99_ms",
    );
    expect((await csv(`models?${range}`))[1]).toMatch(/^'@SUM\(A1\),openai,1,0,0,10,0,5,,1,,,/);
    expect(await csv(`top?${range}&of=sessions`)).toEqual([
      "id,name,run_count,llm_call_count,cost_usd,unpriced_count,url",
      "",
    ]);
  });

  test("of a project that has nothing are nothing", async () => {
    const empty = await newProject();
    const none = {
      count: 0,
      error_count: 0,
      input_tokens: 0,
      cached_input_tokens: 0,
      cache_write_tokens: 0,
      output_tokens: 0,
      reasoning_tokens: 0,
      cost_usd: 0,
      unpriced_count: 0,
    };
    expect(await empty.json("/api/analytics/cost?group_by=model&granularity=hour&compare=previous")).toMatchObject({
      data: [],
      totals: none,
      series: [],
      previous: { totals: none },
      other_groups: 0,
    });
    expect(await empty.json("/api/analytics/latency?group_by=user")).toMatchObject({
      data: [],
      totals: { count: 0, avg_ms: null, p99_ms: null },
    });
    expect(await empty.json("/api/analytics/models")).toMatchObject({ data: [], other_groups: 0 });
    for (const of of ["runs", "sessions", "users"]) {
      expect(await empty.json(`/api/analytics/top?of=${of}`)).toMatchObject({ data: [], approximate: false });
    }
    expect(await empty.json("/api/analytics/savings")).toMatchObject({
      looked_at: { runs: 0, calls: 0, all: true },
      data: [],
    });
    expect(await empty.json("/api/analytics/overview")).toMatchObject({
      runs: { count: 0, p50_ms: null },
      cost_usd: 0,
      cache_hit_rate: null,
      forecast: null,
      forecast_reason: expect.stringContaining("3 whole days"),
    });
  });

  test("belong to one project, and need a key that may read", async () => {
    const other = await filledProject(8, 6);
    const range = query({ of: "runs", group_by: "none", from: NOW - 40 * DAY, to: NOW });
    const counts = await Promise.all(
      [project, other].map(
        async (each) => (await each.json<CostAnalytics>(`/api/analytics/cost?${range}`)).totals.count,
      ),
    );
    expect(counts).toEqual([160, 6]);
    const sender = await newProject(["ingest"]);
    for (const path of PATHS) expect((await sender.fetch(path)).status).toBe(403);
  });

  test("refuse what cannot be answered, and say why", async () => {
    const problem = async (search: string) => {
      const answer = await project.fetch(`/api/analytics/cost?${search}`);
      const { error } = (await answer.json()) as { error: { code: string; message: string } };
      return `${answer.status} ${error.message}`;
    };
    const range = (from: number, to: number) => `from=${iso(from)}&to=${iso(to)}`;
    expect(await problem(range(NOW, NOW))).toMatch(/^422 .*before/);
    expect(await problem(range(NOW, NOW - 1))).toMatch(/^422 .*before/);
    expect(await problem(range(NOW - 401 * DAY, NOW))).toMatch(/^422 .*400 days/);
    expect(await problem(`${range(NOW - 90 * DAY, NOW)}&granularity=hour`)).toMatch(/^422 .*1500/);
    expect(await problem(`${range(NOW - 47 * HOUR, NOW)}&granularity=minute`)).toMatch(/^422 .*1500/);
    expect(await problem(`${range(NOW - 70 * HOUR, NOW - 60 * HOUR)}&granularity=minute`)).toMatch(/^422 .*48 hours/);
    expect(await problem(`${range(NOW - HOUR, NOW)}&granularity=minute&group_by=user`)).toMatch(/^422 .*users/);
    for (const by of ["model", "user", "tag"]) {
      expect(await problem(`of=runs&group_by=${by}`)).toMatch(new RegExp(`^422 .*not counted by ${by}`));
    }
    expect(await problem("group_by=user&model=gpt-4o")).toMatch(/^422 .*cannot be narrowed to a model/);
    expect(await problem("of=runs&provider=openai")).toMatch(/^422 .*provider/);
    expect(await problem("group_by=tag&provider=openai")).toMatch(/^422 .*provider/);
    expect(await problem("from=yesterday")).toMatch(/^400 /);
    expect(await problem("group_by=colour")).toMatch(/^400 /);
  });

  test("count a call that begins with the range, and none that begins with its end", async () => {
    const edges = await newProject();
    const today = stepOf(NOW, "day");
    // Read by the minute, the hour and the day, and by each with the next beside it.
    const ranges = [
      [Math.floor(NOW / HOUR) * HOUR - 5 * HOUR, HOUR],
      [today - 5 * DAY, DAY],
      [today - 10 * DAY - HOUR, DAY + HOUR],
      [today - 20 * DAY, 2 * DAY + HOUR],
      [today - 30 * DAY + HOUR, DAY - 2 * HOUR],
    ] as const;
    const at = (seconds: number, nanoseconds = 0) => BigInt(seconds) * 1_000_000_000n + BigInt(nanoseconds);
    const spans = ranges
      .flatMap(([begin, length]) => [
        at(begin - 1, 999_999_999),
        at(begin),
        at(begin + length - 1, 999_999_999),
        at(begin + length),
      ])
      .flatMap((start, n) => {
        const root = rootSpan(start, 10);
        return [root, callSpan(root, start, 5, { model: "gpt-4o", input: 10 ** (n % 4), output: 0 })];
      });
    await send(edges, [{ spans }]);
    for (const of of ["calls", "runs"] as const) {
      for (const group_by of of === "calls" ? ["none", "user"] : ["none"]) {
        for (const [begin, length] of ranges) {
          const asked: Asked = { of, group_by, from: begin, to: begin + length };
          const { totals } = await edges.json<CostAnalytics>(`/api/analytics/cost?${query(asked)}`);
          expect(totals).toMatchObject({ count: 2, input_tokens: 110 });
        }
      }
    }
  });

  test("sum up the groups past the hundredth, and in a series those past the tenth", async () => {
    const many = await newProject();
    const spans = Array.from({ length: 120 }, (_, n) => {
      const start = BigInt(NOW - HOUR) * 1_000_000_000n;
      const root = rootSpan(start, 10, { user: `user-${String(n).padStart(3, "0")}` });
      return [root, callSpan(root, start, 5 + n, { model: "gpt-4o", input: 1_000 * (200 - n), output: 0 })];
    });
    await send(many, [{ spans: spans.flat() }]);
    const asked: Asked = { of: "calls", group_by: "user", from: NOW - 2 * HOUR, to: NOW, granularity: "day" };
    const cost = await many.json<CostAnalytics>(`/api/analytics/cost?${query(asked)}`);
    expect(cost.data).toHaveLength(101);
    expect(cost.data[0]?.group).toBe("user-000");
    expect(cost.data[100]).toMatchObject({ group: null, count: 20, input_tokens: 1_000 * 20 * 90.5 });
    expect(cost.other_groups).toBe(20);
    expect(cost.series?.filter(({ group }) => group === null).reduce((sum, { count }) => sum + count, 0)).toBe(110);
    const latency = await many.json<LatencyAnalytics>(`/api/analytics/latency?${query(asked)}`);
    expect(latency.data.at(-1)).toMatchObject({ group: null, count: 20 });
    expect(Math.abs((latency.data.at(-1)?.p50_ms as number) - 114)).toBeLessThan(114 * 0.02);
  });
});

/** Every path, for what holds for all. */
const PATHS = ["cost", "latency", "overview", "models", "top", "savings"].map((name) => `/api/analytics/${name}`);

describe("queries of analytics", () => {
  test("go by the primary key of rollups, down to the time", async () => {
    for (const of of ["calls", "runs"] as const) {
      for (const by of GROUPS) {
        if (of === "runs" && BY_CALLS_ONLY.includes(by)) continue;
        for (const step of ["minute", "hour"] as const) {
          for (const filter of [{}, { service: ["a", "b"], environment: ["c"] }]) {
            const slice: Slice = { projectId: "p", of, span: { from: 0, to: DAY, step }, filter };
            const queries = [
              groupsQuery(slice, by, "cost_nano_usd", 100),
              seriesQuery(slice, by, ["a"], "week"),
              timesQuery(slice, by, ["a"]),
              timesQuery(slice, by, ["a"], "hour"),
            ];
            for (const each of queries) await expectByKey(each);
          }
        }
      }
    }
  });
});

test("the calls that savings look at are found by the start of their runs", async () => {
  const span = { from: 0, to: DAY, step: "hour" } as const;
  const plans = [
    [sampledRunsQuery("p", span, { service: ["a"] }), "COVERING INDEX runs_by_start (project_id=? AND started_ns>?"],
    [sampledCallsQuery("p", ["a"]), "SEARCH s USING PRIMARY KEY (project_id=? AND run_id=?)"],
  ] as const;
  for (const [{ sql, values }, part] of plans) {
    const { results } = await env.DB.prepare(`EXPLAIN QUERY PLAN ${sql}`)
      .bind(...values)
      .all<{ detail: string }>();
    const plan = results.map(({ detail }) => detail).join("\n");
    expect(plan).toContain(part);
    expect(plan).not.toMatch(/TEMP B-TREE|SCAN (runs|s)\b/);
  }
});

test("the runs of expensive sessions are found in the index by start, which carries what they cost", async () => {
  const span = { from: 0, to: DAY, step: "hour" } as const;
  for (const filter of [{}, { service: ["a"], environment: ["b"] }]) {
    const { sql, values } = topSessionsQuery("p", { ...filter, limit: 10 }, span);
    const { results } = await env.DB.prepare(`EXPLAIN QUERY PLAN ${sql}`)
      .bind(...values)
      .all<{ detail: string }>();
    const plan = results.map(({ detail }) => detail).filter((line) => line.includes(" runs "));
    expect(plan).toEqual([
      "SEARCH runs USING COVERING INDEX runs_by_start (project_id=? AND started_ns>? AND started_ns<?)",
      "SEARCH runs USING PRIMARY KEY (project_id=? AND id=?)",
    ]);
  }
});

async function expectByKey({ sql, values }: Query) {
  const { results } = await env.DB.prepare(`EXPLAIN QUERY PLAN ${sql}`)
    .bind(...values)
    .all<{ detail: string }>();
  const plan = results.map(({ detail }) => detail);
  const key = "SEARCH rollups USING PRIMARY KEY (project_id=? AND generation=? AND series=? AND";
  const walk = `${key} slot>? AND slot<?)`;
  // Of a few users, one by one.
  const lookup = `${key} slot=? AND value=?`;
  expect(plan.filter((line) => line === walk)).toHaveLength(1);
  expect(plan.filter((line) => line.includes("rollups") && line !== walk && !line.startsWith(lookup))).toEqual([]);
}

test("minutes are kept for longer than they are asked for", () => {
  expect(MINUTES_KEPT_MS / 1000 - MINUTES_REACH).toBeGreaterThan(30 * MINUTE);
});

test("a range is rounded to whole steps without losing what began a nanosecond before its end", () => {
  const now = Date.parse("2026-11-21T10:30:00Z");
  const span = (from: string, to: string) => resolveRange({ from, to }, now).span;
  const at = (text: string) => Date.parse(text) / 1000;
  expect(span("2026-11-21T10:00:00.999999999Z", "2026-11-21T10:15:00.000000001Z")).toEqual({
    from: at("2026-11-21T10:00:00Z"),
    to: at("2026-11-21T10:16:00Z"),
    step: "minute",
  });
  expect(span("2026-08-23T10:15:00Z", "2026-11-21T10:00:00Z")).toEqual({
    from: at("2026-08-23T10:00:00Z"),
    to: at("2026-11-21T10:00:00Z"),
    step: "hour",
  });
});
