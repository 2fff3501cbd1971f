import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, test } from "vitest";
import type { CallFilter } from "../../src/domain/llm-calls/filter.ts";
import { callStatement, runStatements } from "../../src/domain/llm-calls/plan.ts";
import type { FoundCall } from "../../src/domain/llm-calls/schema.ts";
import type { Statement } from "../../src/domain/runs/list-plan.ts";
import type { LlmCall, Run } from "../../src/domain/runs/schema.ts";
import { parseRfc3339 } from "../../src/events/nano.ts";
import { eventually, hex, newProject, span, T0, type TestProject, type TestSpan, traces } from "./helpers.ts";

/** The same numbers each time (mulberry32), so that what failed fails again. */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor(((mixed ^ (mixed >>> 14)) >>> 0) % below);
  };
}

const MODELS = [
  ["openai", "gpt-4o"],
  ["anthropic", "claude-sonnet-4-5"],
  ["self", "nobody-prices-this"],
] as const;
const SERVICES = ["checkout", "search", "rare"];
const RUNS = 90;

/** A trace of the last two hours: a root or none, up to five calls below it, some of them under a wrapper that repeats one. */
function trace(n: number, below: (most: number) => number): TestSpan[] {
  const traceId = hex(16);
  const at = -below(40) * 180_000;
  const root = span(traceId, "agent", at, 1000 + (n === 3 ? 5_400_000 : below(5000)), {
    attributes: [
      { key: "session.id", value: { stringValue: `s${below(3)}` } },
      { key: "user.id", value: { stringValue: below(2) === 0 ? "ann" : "ben" } },
    ],
  });
  const calls = Array.from({ length: below(6) }, () => {
    const [provider, model] = MODELS[below(3)] ?? MODELS[0];
    const attributes = [
      { key: "gen_ai.operation.name", value: { stringValue: below(3) === 0 ? "embeddings" : "chat" } },
      { key: "gen_ai.provider.name", value: { stringValue: provider } },
      { key: "gen_ai.request.model", value: { stringValue: model } },
      ...(below(4) === 0 ? [] : [{ key: "gen_ai.usage.input_tokens", value: { intValue: String(below(2000)) } }]),
      ...(below(4) === 0 ? [] : [{ key: "gen_ai.usage.output_tokens", value: { intValue: String(below(500)) } }]),
    ];
    // Whole hundreds, so that calls of one start are met.
    const offset = at + below(8) * 100 + (n === 3 ? 5_000_000 : 0);
    return span(traceId, `call ${model}`, offset, below(900), {
      parentSpanId: root.spanId,
      attributes,
      ...(below(5) === 0 ? { status: { code: 2, message: "no" } } : {}),
    });
  });
  const [first] = calls;
  const wrapper = first && { ...first, spanId: hex(8), name: "wrapper" };
  if (first && wrapper && n % 4 === 0) return [root, wrapper, { ...first, parentSpanId: wrapper.spanId }];
  // Without its root a trace never ends.
  return n % 7 === 0 ? calls : [root, ...calls];
}

interface Page {
  data: FoundCall[];
  next_cursor: string | null;
}

/** A run with its calls as its own page lists them. */
interface Listed {
  run: Run;
  calls: LlmCall[];
}

const nano = (time: string) => BigInt(parseRfc3339(time) ?? 0);

/** The list as its contract says it, from what each run says of its calls. */
function expected(listed: Listed[], query: URLSearchParams): string[] {
  const is = (name: string, value: string | null) => !query.has(name) || query.get(name) === value;
  const within = (name: string, unit: string, value: number | null) => {
    const [least, most] = [query.get(`min_${name}${unit}`), query.get(`max_${name}${unit}`)];
    if (value === null) return least === null && most === null;
    return (least === null || value >= Number(least)) && (most === null || value <= Number(most));
  };
  const tokens = (call: LlmCall) =>
    call.input_tokens === null && call.output_tokens === null
      ? null
      : (call.input_tokens ?? 0) + (call.output_tokens ?? 0);
  const [from, to, unpriced] = [query.get("from"), query.get("to"), query.get("unpriced")];
  const fits = (run: Run, call: LlmCall) =>
    (["model", "provider", "operation", "status"] as const).every((name) => is(name, call[name])) &&
    (["service", "user_id", "session_id"] as const).every((name) => is(name, run[name])) &&
    (from === null || nano(call.started_at) >= nano(from)) &&
    (to === null || nano(call.started_at) < nano(to)) &&
    within("cost", "_usd", call.cost_usd) &&
    within("duration", "_ms", call.duration_ms) &&
    within("tokens", "", tokens(call)) &&
    (unpriced === null || (call.cost_usd === null && call.unpriced !== "refused") === (unpriced === "true"));
  const newer = (a: [bigint, string], b: [bigint, string]) =>
    a[0] === b[0] ? (a[1] > b[1] ? -1 : 1) : a[0] > b[0] ? -1 : 1;
  return listed
    .sort((a, b) => newer([nano(a.run.started_at), a.run.id], [nano(b.run.started_at), b.run.id]))
    .flatMap(({ run, calls }) =>
      calls
        .filter((call) => fits(run, call))
        .sort((a, b) => newer([nano(a.started_at), a.span_id], [nano(b.started_at), b.span_id]))
        .map((call) => `${run.id} ${call.span_id}`),
    );
}

async function everyPage(project: TestProject, query: URLSearchParams, limit: number) {
  const found: string[] = [];
  let pages = 0;
  let cursor: string | null = null;
  do {
    const page: Page = await project.json<Page>(
      `/api/llm-calls?${query}&limit=${limit}${cursor === null ? "" : `&cursor=${cursor}`}`,
    );
    expect(page.data.length).toBeLessThanOrEqual(limit);
    found.push(...page.data.map((call) => `${call.run_id} ${call.span_id}`));
    cursor = page.next_cursor;
    pages++;
  } while (cursor !== null);
  return { found, pages };
}

function at(minutes: number): string {
  return new Date(Number(T0 / 1_000_000n) - minutes * 60_000).toISOString();
}

const FILTERS = [
  "",
  "model=gpt-4o",
  "model=none",
  "provider=anthropic",
  "operation=embeddings",
  "status=error",
  "status=ok",
  "service=rare",
  "user_id=ann",
  "session_id=s1",
  "session_id=s1&status=error",
  "min_cost_usd=0.001",
  "max_cost_usd=0.001",
  "min_duration_ms=500",
  "min_duration_ms=200&max_duration_ms=400",
  "min_tokens=1000",
  "max_tokens=800",
  "unpriced=true",
  "unpriced=false",
  `from=${at(60)}`,
  `to=${at(30)}`,
  `from=${at(90)}&to=${at(10)}&status=error`,
  `from=${at(45)}&service=checkout&model=gpt-4o`,
  "service=search&model=claude-sonnet-4-5&user_id=ben&status=ok",
  `session_id=s2&from=${at(80)}&unpriced=true`,
];

describe("the calls of generated traces", () => {
  let project: TestProject;
  let other: TestProject;
  let listed: Listed[];
  beforeAll(async () => {
    [project, other] = await Promise.all([newProject(), newProject()]);
    const below = numbers(5);
    const all = Array.from({ length: RUNS }, (_, n) => trace(n, below)).filter((spans) => spans.length > 0);
    for (const [n, spans] of all.entries()) await project.sendTraces(traces(spans, SERVICES[n % 11 === 0 ? 2 : n % 2]));
    await other.sendTraces(traces(all.find((spans) => spans.length > 3) ?? []));
    const runs = await eventually(
      async () => (await project.json<{ data: Run[] }>("/api/runs?limit=200")).data,
      (data) => data.length === all.length,
    );
    listed = await Promise.all(
      runs.map(async (run) => {
        const { data } = await project.json<{ data: LlmCall[] }>(`/api/runs/${run.id}/llm-calls`);
        return { run, calls: data };
      }),
    );
    expect(listed.flatMap(({ calls }) => calls).length).toBeGreaterThan(120);
  });

  test.each(FILTERS)("are what the contract says for ?%s, page by page", async (filter) => {
    const query = new URLSearchParams(filter);
    const wanted = expected(listed, query);
    if (!filter.includes("none")) expect(wanted.length).toBeGreaterThan(0);
    for (const limit of [200, 7, 1]) {
      expect([limit, (await everyPage(project, query, limit)).found]).toEqual([limit, wanted]);
    }
  });

  test("are each as their run lists them, with the run's name, service and place in the dashboard", async () => {
    const { data } = await project.json<Page>("/api/llm-calls?limit=200");
    for (const { run_id, run_name, service, url, ...call } of data) {
      const of = listed.find(({ run }) => run.id === run_id);
      expect(call).toEqual(of?.calls.find(({ span_id }) => span_id === call.span_id));
      expect([run_name, service]).toEqual([of?.run.name, of?.run.service]);
      expect(url).toBe(`/runs/${run_id}?span=${call.span_id}`);
    }
  });

  test("that are rare come in pages that may be empty, so that no request looks at all runs", async () => {
    const query = new URLSearchParams("operation=nothing");
    const first = await project.json<Page>(`/api/llm-calls?${query}&limit=1`);
    expect(first.data).toEqual([]);
    expect(first.next_cursor).not.toBeNull();
    const { found, pages } = await everyPage(project, query, 1);
    expect(found).toEqual([]);
    expect(pages).toBeGreaterThan(1);
  });

  test("of one project are not another's, whatever the cursor", async () => {
    const own = await eventually(
      () => everyPage(other, new URLSearchParams(), 200),
      ({ found }) => found.length > 0,
    );
    const ids = new Set((await other.json<{ data: Run[] }>("/api/runs")).data.map(({ id }) => id));
    expect(own.found.every((each) => ids.has(each.split(" ")[0] as string))).toBe(true);
    const { next_cursor } = await project.json<Page>("/api/llm-calls?limit=1");
    const across = await other.json<Page>(`/api/llm-calls?limit=200&cursor=${next_cursor}`);
    expect(across.data.every(({ run_id }) => ids.has(run_id))).toBe(true);
    const keyless = await newProject(["ingest"]);
    expect((await keyless.fetch("/api/llm-calls")).status).toBe(403);
  });

  test("are refused a cursor and values that are none", async () => {
    const strange = ["x", btoa("[]"), btoa('["1"]'), btoa('["1","a","b"]'), btoa('{"a":1}'), btoa('["x","a"]')];
    for (const query of [
      ...strange.map((cursor) => `cursor=${encodeURIComponent(cursor)}`),
      "status=running",
      "from=yesterday",
      "min_tokens=1.5",
      "max_cost_usd=-1",
      "unpriced=maybe",
      "limit=201",
    ]) {
      const response = await project.fetch(`/api/llm-calls?${query}`);
      const { error } = (await response.json()) as { error: { code: string } };
      expect([query, response.status, error.code]).toEqual([query, 400, "invalid_request"]);
    }
  });
});

describe("the plan of every query for calls", () => {
  const after = { run: { started: "1795000000000000000", id: "x" }, call: { start: "1795000000000000001", span: "y" } };
  const walk = { projectId: "p", after, rows: 51, looked: 1000 };
  const filters: CallFilter[] = [
    {},
    { model: "a" },
    { user_id: "a", model: "b", service: "c", provider: "d", status: "error" },
    { session_id: "a", model: "b" },
    { from: at(90), to: at(20) },
    { from: at(90), model: "a", unpriced: true },
    { min_cost_usd: 1, max_tokens: 5, min_duration_ms: 3, operation: "chat" },
  ];

  test.each(filters)("goes by the index it names, in its order, for %j", async (filter) => {
    for (const statement of runStatements(filter, walk)) {
      const plan = await planOf(statement);
      expect(plan).toContain(`INDEX ${statement.index} (project_id=?`);
      if (statement.index !== "runs_by_session") {
        expect(plan).toContain(`COVERING INDEX ${statement.index}`);
        expect(plan).not.toContain("TEMP B-TREE");
      }
      expect(scansOf(plan)).toEqual([]);
    }
    const plan = await planOf(callStatement(filter, walk, ["a", "b"], 51));
    expect(plan).toContain("SEARCH s USING PRIMARY KEY (project_id=? AND run_id=?");
    expect(scansOf(plan)).toEqual([]);
  });
});

async function planOf({ sql, values }: Statement): Promise<string> {
  const { results } = await env.DB.prepare(`EXPLAIN QUERY PLAN ${sql}`)
    .bind(...values)
    .all<{ detail: string }>();
  return results.map(({ detail }) => detail).join("\n");
}

/** Tables that are read from end to end, but for what the query has in its own hands. */
function scansOf(plan: string): string[] {
  return plan.split("\n").filter((line) => line.startsWith("SCAN") && !/VIRTUAL TABLE|looked|\(subquery/.test(line));
}
