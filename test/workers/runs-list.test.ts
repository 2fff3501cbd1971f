import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, test } from "vitest";
import { dbFor } from "../../src/db/db.ts";
import { type RunRow, stateFrom } from "../../src/domain/projection/rows.ts";
import { RUN_VALUES } from "../../src/domain/projection/run-values.ts";
import { loadKnown, writeProjection } from "../../src/domain/projection/store.ts";
import { facetStatements } from "../../src/domain/runs/facets-plan.ts";
import { RUN_SORTS, type RunFilter, type RunSort } from "../../src/domain/runs/filter.ts";
import {
  byStart,
  byValue,
  inSlots,
  isNarrow,
  type ListQuery,
  openByValue,
  peaksStatement,
  type Statement,
} from "../../src/domain/runs/list-plan.ts";
import { runFromRow } from "../../src/domain/runs/run-from-row.ts";
import type { Run, RunFacets } from "../../src/domain/runs/schema.ts";
import { DEFAULT_SETTINGS } from "../../src/domain/settings/schema.ts";
import { parseRfc3339 } from "../../src/events/nano.ts";
import { newProject, type TestProject } from "./helpers.ts";

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

const NOW = Date.now();
const SERVICES = ["checkout", "search", "rare one"];
const MODELS = ["gpt-4o", "claude-sonnet", 'odd "model"'];
const TAGS = ["beta", "eu", "100%", "under_score"];
const TOOLS = ["weather", "sum"];

/** A run of the last two hours. Starts and costs repeat, so that ties are met; some know neither cost, tokens nor end. */
function row(n: number, below: (most: number) => number): RunRow {
  const some = <T>(values: readonly T[]) => values.filter(() => below(3) === 0);
  const maybe = <T>(value: T) => (below(4) === 0 ? null : value);
  const one = <T>(values: readonly T[]) => values[below(values.length)] as T;
  const start = BigInt(NOW - below(40) * 180_000) * 1_000_000n + BigInt(below(2));
  const outcome = one([0, 0, 1, 1, 1, 2, 3]);
  const details = { agents: [], tools: some(TOOLS), prompts: [] };
  return {
    id: `run-${String((n * 7919) % 1000).padStart(4, "0")}-${n}`,
    kind: one(["trace", "agent", "reasoning"]),
    name: one(["answer", "plan", ""]),
    service: maybe(one(SERVICES)),
    environment: maybe(one(["production", "staging"])),
    version: null,
    head_rank: "1",
    session_id: maybe(one(["s1", "s2"])),
    session_rank: null,
    user_id: maybe(one(["ann", "ben"])),
    user_rank: null,
    input_preview: null,
    input_rank: null,
    output_preview: null,
    output_rank: null,
    parent_run_id: below(5) === 0 ? "parent" : null,
    tags: JSON.stringify(some(TAGS)),
    metadata: "{}",
    metadata_rank: null,
    outcome,
    started_ns: String(start),
    ended_ns: below(5) === 0 ? null : String(start + BigInt(below(8)) * 1_500_000_000n),
    event_count: 1,
    span_count: 1,
    error_count: one([0, 0, 1]),
    tool_call_count: 0,
    llm_call_count: 1,
    input_tokens: maybe(below(6) * 100),
    cached_input_tokens: null,
    output_tokens: maybe(below(6) * 10),
    reasoning_tokens: null,
    cost_nano_usd: maybe(below(9) * 250_000_000),
    price_version: null,
    models: JSON.stringify(some(MODELS)),
    providers: JSON.stringify(some(["openai", "anthropic"])),
    last_seq: 1,
    seen_at: NOW - silentMs(below(60)),
    details: JSON.stringify(details),
  };
}

/** Of those that never ended some are running, some stalled, some over, and stay so for seven minutes, however slow the machine is. */
function silentMs(picked: number): number {
  const minutes = picked < 5 ? -30 : picked < 15 ? 3 : picked;
  return minutes * 60_000;
}

async function write(projectId: string, rows: RunRow[]): Promise<number | false> {
  const ids = rows.map((run) => String(run.id));
  return writeProjection(
    dbFor(env, projectId),
    projectId,
    [],
    rows.map((run) => ({ run, parts: [], state: stateFrom(run, [], []), counted: new Set<string>() })),
    await loadKnown(dbFor(env, projectId), projectId, ids),
  );
}

const nano = (time: string) => BigInt(parseRfc3339(time) ?? 0);
const started = (run: Run) => nano(run.started_at);
const total = (run: Run) =>
  run.input_tokens === null && run.output_tokens === null ? null : (run.input_tokens ?? 0) + (run.output_tokens ?? 0);
const VALUES: Record<RunSort, (run: Run) => number | bigint | null> = {
  started_at: (run) => started(run),
  cost: (run) => run.cost_usd,
  duration: (run) => run.duration_ms,
  tokens: total,
};

/** The list as its contract says it, from runs as the API shows them. */
function expected(runs: Run[], query: URLSearchParams): string[] {
  const all = (name: string) => query.getAll(name);
  const any = (name: string, values: (string | null)[]) =>
    all(name).length === 0 || all(name).some((value) => values.includes(value));
  const within = (value: number | null, least: string | null, most: string | null) =>
    (least === null || (value !== null && value >= Number(least))) &&
    (most === null || (value !== null && value <= Number(most)));
  const [from, to, failed] = [query.get("from"), query.get("to"), query.get("has_error")];
  const fits = (run: Run) =>
    (["kind", "status", "service", "environment", "session_id", "parent_run_id", "user_id", "name"] as const).every(
      (name) => any(name, [run[name]]),
    ) &&
    any("model", run.models) &&
    any("provider", run.providers) &&
    any("tool", run.tools) &&
    all("tag").every((tag) => run.tags.includes(tag)) &&
    (from === null || started(run) >= nano(from)) &&
    (to === null || started(run) < nano(to)) &&
    (failed === null || run.error_count > 0 === (failed === "true")) &&
    within(run.cost_usd, query.get("min_cost"), query.get("max_cost")) &&
    within(run.duration_ms, query.get("min_duration_ms"), query.get("max_duration_ms"));
  const sort = (query.get("sort") ?? "started_at") as RunSort;
  const up = query.get("order") === "asc" ? 1 : -1;
  const compare = (a: Run, b: Run, by: (run: Run) => number | bigint | null, sign: number) => {
    const order = (x: number | bigint | string, y: typeof x) => (x < y ? -1 : x > y ? 1 : 0);
    return (order(by(a) ?? 0, by(b) ?? 0) || order(started(a), started(b)) || order(a.id, b.id)) * sign;
  };
  const value = VALUES[sort];
  const chosen = runs.filter(fits);
  return [
    ...chosen.filter((run) => value(run) !== null).sort((a, b) => compare(a, b, value, up)),
    ...chosen.filter((run) => value(run) === null).sort((a, b) => compare(a, b, started, -1)),
  ].map((run) => run.id);
}

interface Page {
  data: Run[];
  next_cursor: string | null;
}

async function pages(project: TestProject, query: URLSearchParams, limit: number, between?: () => Promise<unknown>) {
  const ids: string[] = [];
  let cursor: string | null = null;
  do {
    const page: Page = await project.json<Page>(
      `/api/runs?${query}&limit=${limit}${cursor === null ? "" : `&cursor=${cursor}`}`,
    );
    ids.push(...page.data.map((run) => run.id));
    cursor = page.next_cursor;
    if (cursor !== null) await between?.();
  } while (cursor !== null);
  return ids;
}

/** One value of each filter, and some of several. */
const FILTERS = [
  "",
  "kind=agent",
  "kind=agent&kind=reasoning",
  "kind=replay",
  ...["running", "success", "error", "cancelled"].map((status) => `status=${status}`),
  "status=error&status=running",
  "status=success&status=error&status=cancelled",
  "service=checkout",
  "service=checkout&service=rare+one",
  "environment=staging",
  "model=gpt-4o",
  "model=odd+%22model%22&model=gpt-4o",
  "provider=anthropic",
  "tool=weather",
  "user_id=ann",
  "session_id=s1",
  "session_id=s1&session_id=s2",
  "parent_run_id=parent",
  "tag=beta",
  "tag=beta&tag=eu",
  "tag=100%25",
  "tag=under.score",
  "name=plan",
  "has_error=true",
  "has_error=false",
  "min_cost=0.5",
  "max_cost=0.5",
  "min_cost=0.25&max_cost=1",
  "min_duration_ms=3000",
  "max_duration_ms=3000",
  "min_duration_ms=1500&max_cost=1.25",
  `from=${at(60)}`,
  `from=${at(90)}&to=${at(30)}`,
  "service=checkout&status=error&tag=beta",
  "model=gpt-4o&tool=sum&min_cost=0.25&has_error=false",
  "user_id=ann&status=running&kind=trace",
  "status=running&min_cost=0.25",
  "status=cancelled&max_duration_ms=3000",
  "session_id=s2&status=success&min_duration_ms=1500",
  `service=search&from=${at(100)}&to=${at(20)}&environment=production`,
];

function at(minutes: number): string {
  return `${new Date(NOW - minutes * 60_000).toISOString().slice(0, -1)}000001Z`;
}

describe("the list of generated runs", () => {
  let project: TestProject;
  let runs: Run[];
  beforeAll(async () => {
    project = await newProject();
    const below = numbers(42);
    const rows = Array.from({ length: 400 }, (_, n) => row(n, below));
    await write(project.id, rows);
    // A project beside it whose runs would fit as well.
    await write((await newProject()).id, rows.slice(0, 50));
    runs = rows.map((each) => runFromRow(each, NOW, DEFAULT_SETTINGS));
  });

  test.each(FILTERS)("is what its contract says for ?%s, by every value, either way, page by page", async (filter) => {
    for (const sort of RUN_SORTS) {
      for (const order of ["desc", "asc"]) {
        const query = new URLSearchParams(filter);
        query.set("sort", sort);
        query.set("order", order);
        const wanted = expected(runs, query);
        expect([sort, order, await pages(project, query, 200)]).toEqual([sort, order, wanted]);
      }
    }
    const query = new URLSearchParams(filter);
    query.set("sort", "cost");
    expect(await pages(project, query, 23)).toEqual(expected(runs, query));
    query.delete("sort");
    expect(await pages(project, query, 23)).toEqual(expected(runs, query));
  });

  test.each(FILTERS)("is counted by its facets for ?%s, each without its own filter", async (filter) => {
    const answer = await project.json<RunFacets>(`/api/runs/facets?${filter}`);
    expect(answer.approximate).toBe(false);
    for (const facet of ["status", "kind", "service", "environment", "model", "provider", "tag"] as const) {
      const query = new URLSearchParams(filter);
      query.delete(facet);
      const ids = new Set(expected(runs, query));
      const counts = new Map<string, number>();
      for (const run of runs.filter(({ id }) => ids.has(id))) {
        const field = { model: run.models, provider: run.providers, tag: run.tags };
        const values = facet in field ? field[facet as keyof typeof field] : [run[facet as "status"]];
        for (const value of values) if (value !== null) counts.set(value, (counts.get(value) ?? 0) + 1);
      }
      expect([facet, Object.fromEntries(answer.facets[facet].map(({ value, count }) => [value, count]))]).toEqual([
        facet,
        Object.fromEntries(counts),
      ]);
    }
  });

  test("goes on without a gap or a repeat while runs come in and one that runs grows", async () => {
    for (const sort of RUN_SORTS) {
      const busy = await newProject();
      const below = numbers(7);
      const rows = Array.from({ length: 60 }, (_, n) => row(n, below));
      await write(busy.id, rows);
      let more = 1000;
      const seen = await pages(busy, new URLSearchParams({ sort }), 7, () =>
        write(busy.id, [row(more++, below), { ...(rows[0] as RunRow), last_seq: more, seen_at: NOW }]),
      );
      const old = seen.filter((id) => rows.some((each) => each.id === id));
      expect(new Set(old).size).toBe(old.length);
      expect(old.sort()).toEqual(rows.map((each) => String(each.id)).sort());
    }
  });

  test("writes no label and no peak twice, and those of a run that came again are the same", async () => {
    const again = await newProject();
    const rows = Array.from({ length: 20 }, (_, n) => row(n, numbers(n)));
    await write(again.id, rows);
    const of = async (table: string) =>
      (
        await dbFor(env, again.id)
          .prepare(`SELECT * FROM ${table} WHERE project_id = ? ORDER BY 1, 2, 3`)
          .bind(again.id)
          .all()
      ).results;
    const [labels, peaks] = [await of("run_labels"), await of("run_peaks")];
    expect(labels.length).toBeGreaterThan(20);
    expect(peaks.length).toBeGreaterThan(5);
    await write(again.id, rows);
    expect([await of("run_labels"), await of("run_peaks")]).toEqual([labels, peaks]);
  });

  test("refuses a cursor of a list in another order, and values that are none", async () => {
    const first = await project.json<Page>("/api/runs?sort=cost&limit=1");
    expect(first.next_cursor).not.toBeNull();
    for (const query of ["sort=duration", "sort=cost&order=asc", ""]) {
      const response = await project.fetch(`/api/runs?${query}&cursor=${first.next_cursor}`);
      const { error } = (await response.json()) as { error: { code: string; message: string } };
      expect([query, response.status, error.code]).toEqual([query, 400, "invalid_request"]);
      expect(error.message).toContain("sort=cost&order=desc");
    }
    const seven = Array.from({ length: 7 }, (_, n) => `service=s${n}`).join("&");
    for (const query of ["sort=name", "order=up", "min_cost=much", "max_duration_ms=-1", "tag=", seven]) {
      expect([query, (await project.fetch(`/api/runs?${query}`)).status]).toEqual([query, 400]);
    }
  });

  test("takes as many values as it allows, in all fields at once", async () => {
    const query = new URLSearchParams({ min_cost: "0", max_cost: "9", min_duration_ms: "0", max_duration_ms: "9000" });
    query.set("from", at(100));
    query.set("to", at(0));
    for (const name of ["service", "environment", "model", "provider", "tool", "tag", "user_id", "name"]) {
      for (let n = 0; n < 6; n++) query.append(name, `${name}-${n}`);
    }
    for (const kind of ["trace", "agent", "reasoning", "replay"]) query.append("kind", kind);
    for (const status of ["running", "success", "error", "cancelled"]) query.append("status", status);
    for (const each of ["", "session_id", "parent_run_id"]) {
      for (let n = 0; each !== "" && n < 6; n++) query.append(each, `${each}-${n}`);
      for (const sort of RUN_SORTS) {
        const response = await project.fetch(`/api/runs?${query}&sort=${sort}`);
        expect([each, sort, response.status, await response.json()]).toEqual([
          each,
          sort,
          200,
          { data: [], next_cursor: null },
        ]);
      }
      expect((await project.fetch(`/api/runs/facets?${query}`)).status).toBe(200);
    }
  });
});

describe("the list of runs in more slots than are read at once", () => {
  const SLOT_MS = 2 ** 38 / 1e6;
  let project: TestProject;
  let runs: Run[];
  beforeAll(async () => {
    project = await newProject();
    const below = numbers(11);
    const rows = Array.from({ length: 1_600 }, (_, n) => {
      const made = row(n, below);
      // Each some slot earlier than the one before, and every hundredth of a cost that no other has.
      const back = BigInt(Math.floor((n * SLOT_MS) / 60_000)) * 60_000_000_000n;
      const earlier = (time: unknown) => (time === null ? null : String(BigInt(String(time)) - back));
      const cost = n % 100 === 7 ? n * 1_000_000_000 : made.cost_nano_usd;
      return { ...made, started_ns: earlier(made.started_ns), ended_ns: earlier(made.ended_ns), cost_nano_usd: cost };
    });
    await write(project.id, rows);
    runs = rows.map((each) => runFromRow(each, NOW, DEFAULT_SETTINGS));
    const peaks = dbFor(env, project.id).prepare("SELECT count(*) AS n FROM run_peaks WHERE project_id = ?");
    expect(await peaks.bind(project.id).first("n")).toBeGreaterThan(512);
  });

  test.each(["", "service=rare+one", "tag=beta&status=error", "min_cost=0.5&has_error=false", "max_duration_ms=1500"])(
    "is what its contract says for ?%s, by every value, either way, page by page",
    async (filter) => {
      for (const sort of RUN_VALUES) {
        for (const order of ["desc", "asc"]) {
          const query = new URLSearchParams(filter);
          query.set("sort", sort);
          query.set("order", order);
          expect([sort, order, await pages(project, query, 150)]).toEqual([sort, order, expected(runs, query)]);
        }
      }
    },
  );

  test("is what its contract says when the values of runs, and so the peaks, were changed since", async () => {
    const { id } = runs[5] as Run;
    const known = await loadKnown(dbFor(env, project.id), project.id, [id]);
    const before = known.runs.get(id)?.row as RunRow;
    const after: RunRow = {
      ...before,
      outcome: 1,
      cost_nano_usd: 5_000_000_000_000,
      last_seq: Number(before.last_seq) + 1,
    };
    await write(project.id, [after]);
    const changed = runs.map((run) => (run.id === id ? runFromRow(after, NOW, DEFAULT_SETTINGS) : run));
    const query = new URLSearchParams({ sort: "cost" });
    expect(await pages(project, query, 150)).toEqual(expected(changed, query));
    expect(expected(changed, query)[0]).toBe(id);
  });
});

describe("the plan of every query", () => {
  const query = (sort: RunSort, order: "asc" | "desc"): ListQuery => ({
    projectId: "p",
    sort,
    order,
    rows: 51,
    after: { value: "5", started: "1795000000000000000", id: "x" },
    over: NOW,
  });
  const filters: RunFilter[] = [
    {},
    { service: ["a"] },
    { service: ["a", "b"] },
    { kind: ["trace"] },
    { environment: ["a"], model: ["b"], provider: ["c"], tool: ["d"], tag: ["e", "f"], user_id: ["g"], name: ["h"] },
    { status: ["running"] },
    { status: ["error", "running"], tag: ["a"] },
    { has_error: true },
    { min_cost: 1 },
    { max_duration_ms: 1, from: at(90), to: at(20) },
    { service: ["a"], from: at(90), to: at(20) },
    { session_id: ["a"] },
    { parent_run_id: ["a"], status: ["success"] },
  ];

  test.each(filters)("goes by the index it names for %j", async (filter) => {
    for (const order of ["asc", "desc"] as const) {
      const start = query("started_at", order);
      const narrow = filter.session_id ?? filter.parent_run_id;
      const sortedByIndex = byStart(filter, start);
      // The indexes of sessions and parents end with the id the other way round: among equal starts only.
      for (const each of sortedByIndex) await check(each, narrow ? "LAST TERM" : "nothing");
      const statements = RUN_VALUES.flatMap((by) => {
        const sorted = query(by, order);
        if (isNarrow(filter)) return byValue(filter, sorted, by);
        const peaks = peaksStatement(filter, sorted, by, { slot: 7, peak: "5" }, 65);
        return [
          ...openByValue(filter, sorted, by),
          ...(peaks ? [peaks, inSlots(filter, sorted, by, [{ slot: 7 }])] : []),
        ];
      });
      for (const each of [...statements, ...byStart(filter, start, "cost"), ...facetStatements(filter, "p", NOW)]) {
        await check(each, "any");
      }
    }
  });

  test("of facets begins with a label, whatever bounds there are beside it", async () => {
    for (const filter of [{ service: ["a"] }, { service: ["a"], min_cost: 1, max_duration_ms: 5 }]) {
      const [others] = facetStatements(filter, "p", NOW);
      expect((await planOf(others as Statement)).split("\n")).toContainEqual(
        expect.stringMatching(/^SEARCH l USING PRIMARY KEY \(project_id=\? AND label=\?/),
      );
    }
  });

  test("what is carried is read from nowhere else", async () => {
    for (const filter of [{}, { service: ["a"] }, { tag: ["a"], status: ["error" as const] }, { min_cost: 1 }]) {
      for (const each of byStart(filter, query("started_at", "desc"))) {
        expect(await planOf(each)).toContain(`COVERING INDEX ${each.index}`);
      }
      for (const by of RUN_VALUES) {
        expect(await planOf(inSlots(filter, query(by, "desc"), by, [{ slot: 7 }]))).toContain(
          "COVERING INDEX runs_by_start",
        );
      }
    }
  });
});

async function planOf({ sql, values }: Statement): Promise<string> {
  const { results } = await env.DB.prepare(`EXPLAIN QUERY PLAN ${sql}`)
    .bind(...values)
    .all<{ detail: string }>();
  return results.map(({ detail }) => detail).join("\n");
}

/** @param sorts what may be sorted apart from an index's order */
async function check(statement: Statement, sorts: "nothing" | "LAST TERM" | "any"): Promise<void> {
  const plan = await planOf(statement);
  // A table WITHOUT ROWID is an index by its key.
  expect(plan).toContain(
    statement.index === "run_peaks"
      ? "SEARCH p USING PRIMARY KEY (project_id=?"
      : `INDEX ${statement.index} (project_id=?`,
  );
  // What is scanned is a list in the query's own hands: JSON, ids that were picked, or rows that were looked at.
  const scans = plan
    .split("\n")
    .filter((line) => line.startsWith("SCAN") && !/json_each|looked|\(subquery|CONSTANT/.test(line));
  expect(scans).toEqual([]);
  const sorted = plan.split("\n").filter((line) => line.includes("TEMP B-TREE FOR") && line.includes("ORDER BY"));
  if (sorts === "nothing") expect(sorted).toEqual([]);
  if (sorts === "LAST TERM") expect(sorted.filter((line) => !line.includes("LAST TERM"))).toEqual([]);
}
