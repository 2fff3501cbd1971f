// node test/bench/lists.ts [runs]: the runs list and its facets over a million runs, and what the indexes cost in rows. The
// product's own code on SQLite in Node, as workerd's simulator of D1 has the same engine; prints tables, asserts nothing.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync, type SQLInputValue } from "node:sqlite";
import { fileURLToPath } from "node:url";
import type { Ctx } from "../../src/context.ts";
import { countFacets } from "../../src/domain/runs/facets.ts";
import { listRuns, type RunListing } from "../../src/domain/runs/list.ts";

const RUNS = Number(process.argv[2] ?? 1_000_000);
const TIMES = 7;
const PROJECT = "bench";
const MONTH_MS = 30 * 86_400_000;

type Case = [name: string, listing: Partial<RunListing>];

const rare: Case[] = (["service", "tag", "model", "tool", "user_id", "name"] as const).flatMap((field): Case[] => [
  [`${field}: 1 run in 8 to 5,000`, { [field]: [field === "user_id" ? "u7" : `${field}-1`] }],
  [`${field}: 1 in 1,000`, { [field]: ["thousandth"] }],
  [`${field}: 1 in 10,000`, { [field]: ["tenthousandth"] }],
  [`${field}: 10 in all`, { [field]: ["rare"] }],
  [`${field}: none`, { [field]: ["none"] }],
]);

const LISTS: Case[] = [
  ["no filter", {}],
  ["oldest first", { order: "asc" }],
  ["by cost", { sort: "cost" }],
  ["by duration", { sort: "duration" }],
  ["by duration, shortest first", { sort: "duration", order: "asc" }],
  ["by tokens", { sort: "tokens" }],
  ...rare,
  ["provider", { provider: ["openai"] }],
  ["environment=staging", { environment: ["staging"] }],
  ["kind=agent", { kind: ["agent"] }],
  ["kind=replay (none)", { kind: ["replay"] }],
  ["status=running", { status: ["running"] }],
  ["status=success", { status: ["success"] }],
  ["status=error", { status: ["error"] }],
  ["status=cancelled", { status: ["cancelled"] }],
  ["status=error&status=running", { status: ["error", "running"] }],
  ["has_error=true", { has_error: true }],
  ["has_error=false", { has_error: false }],
  ["min_cost: 1 in 3", { min_cost: 0.6 }],
  ["min_cost: 1 in 250", { min_cost: 0.9 }],
  ["min_cost: 10", { min_cost: 40 }],
  ["max_cost: 1 in 1,000", { max_cost: 0.0009 }],
  ["min_duration_ms: 1 in 100", { min_duration_ms: 59_400 }],
  ["min_duration_ms: 10", { min_duration_ms: 3_000_000 }],
  ["session_id", { session_id: ["s12345"] }],
  ["from, to: an hour three weeks ago", { from: ago(21 * 24), to: ago(21 * 24 - 1) }],
  ["5 services", { service: ["service-1", "service-2", "rare", "thousandth", "tenthousandth"] }],
  ["service & model & tag", { service: ["service-1"], model: ["model-1"], tag: ["tag-1"] }],
  ["tag=rare & status=error (none)", { tag: ["rare"], status: ["error"] }],
  ["by cost, service: 1 in 8", { sort: "cost", service: ["service-1"] }],
  ["by cost, service: 1 in 1,000", { sort: "cost", service: ["thousandth"] }],
  ["by cost, service: 10 in all", { sort: "cost", service: ["rare"] }],
  ["by cost, user: 1 in 5,000", { sort: "cost", user_id: ["u7"] }],
  ["by duration, status=error", { sort: "duration", status: ["error"] }],
  ["by duration, tag: 1 in 120", { sort: "duration", tag: ["tag-1"] }],
  ["by tokens, service: 1 in 8", { sort: "tokens", service: ["service-1"] }],
];

const FACETED: Case[] = [
  ["no filter", {}],
  ["service: 1 in 8", { service: ["service-1"] }],
  ["service: 10 in all", { service: ["rare"] }],
  ["tag: 1 in 120", { tag: ["tag-1"] }],
  ["status=error", { status: ["error"] }],
  ["user_id", { user_id: ["u7"] }],
  [
    "every facet",
    {
      status: ["error"],
      kind: ["trace"],
      service: ["service-1"],
      environment: ["production"],
      model: ["model-1"],
      provider: ["openai"],
      tag: ["tag-1"],
    },
  ],
];

function ago(hours: number): string {
  return new Date(Date.now() - hours * 3_600_000).toISOString();
}

async function measured(
  cases: Case[],
  ask: (listing: Partial<RunListing>) => Promise<{ data: { length: number }; approximate?: boolean }>,
  prepare: (listing: Partial<RunListing>) => Promise<Partial<RunListing>> = async (listing) => listing,
) {
  const rows = [];
  for (const [name, listing] of cases) {
    const wanted = await prepare(listing);
    const times: number[] = [];
    let answer = await ask(wanted);
    for (let n = 0; n < TIMES; n++) {
      const start = performance.now();
      answer = await ask(wanted);
      times.push(performance.now() - start);
    }
    times.sort((a, b) => a - b);
    const ms = (n: number | undefined) => Number((n ?? 0).toFixed(1));
    rows.push({
      list: name,
      runs: answer.data.length,
      ...(answer.approximate === undefined ? {} : { approximate: answer.approximate }),
      "median ms": ms(times[TIMES >> 1]),
      "slowest ms": ms(times.at(-1)),
    });
  }
  return rows;
}

/** As much of D1 as the list asks for. */
function contextOf(db: DatabaseSync): Ctx {
  const statement = (sql: string, values: SQLInputValue[] = []) => ({
    bind: (...bound: SQLInputValue[]) => statement(sql, bound),
    all: async () => ({ results: db.prepare(sql).all(...values) }),
    first: async (column: string) => db.prepare(sql).get(...values)?.[column] ?? null,
    raw: async () =>
      db
        .prepare(sql)
        .all(...values)
        .map((row) => Object.values(row)),
  });
  const binding = {
    prepare: statement,
    withSession: () => binding,
    batch: (all: { all(): Promise<unknown> }[]) => Promise.all(all.map((each) => each.all())),
  };
  return { projectId: PROJECT, scopes: new Set(["read"]), env: { DB: binding } } as unknown as Ctx;
}

/** Runs of a month, 23 a minute, of which one in 300 has just begun and one in 60 never ended. */
function fill(db: DatabaseSync): void {
  const marked = (usual: string, of: number) =>
    `CASE WHEN n % ${Math.ceil(RUNS / 10)} = ${of} THEN 'rare' WHEN n % 1000 = ${100 + of} THEN 'thousandth' WHEN n % 10000 = ${200 + of} THEN 'tenthousandth' ELSE ${usual} END`;
  db.exec(`
    WITH RECURSIVE numbers(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n < ${RUNS - 1}),
    mixed AS (SELECT n, (n * 2654435761) % 4294967296 AS a, (n * 40503 + 12345) % 1000003 AS b,
      ${Date.now()} - CAST(n * ${MONTH_MS / RUNS} AS INTEGER) AS at FROM numbers)
    INSERT INTO runs (project_id, id, kind, name, service, environment, version, head_rank, session_id, user_id, input_preview, input_rank,
      output_preview, output_rank, tags, metadata, outcome, started_ns, ended_ns, event_count, span_count, error_count, tool_call_count,
      llm_call_count, input_tokens, cached_input_tokens, output_tokens, cost_nano_usd, price_version, models, providers, last_seq, seen_at, details)
    SELECT '${PROJECT}', printf('%08x%08x%08x%08x', a, n * 7919 % 4294967296, b, n), iif(a % 50 = 0, 'agent', 'trace'),
      ${marked("'name-' || (b % 40)", 1)}, ${marked("'service-' || (b % 8)", 2)}, iif(a % 10 = 0, 'staging', 'production'), '1.0.0',
      printf('0%036d', n), iif(b % 3 = 0, 's' || (n / 6), NULL), ${marked("'u' || (b % 5000)", 3)},
      substr('What is the weather in Bern, and how do I get there by train? ' || hex(randomblob(60)), 1, 200), printf('0%036d', n),
      substr('It is sunny, and the train leaves at eight from platform nine. ' || hex(randomblob(60)), 1, 200), printf('0%036d', n),
      json_array('all', ${marked("'tag-' || (b % 120)", 4)}), '{"deployment":"eu"}',
      CASE WHEN n < ${RUNS / 3000} OR b % 60 = 1 THEN 0 WHEN b % 25 = 0 THEN 2 WHEN b % 97 = 0 THEN 3 ELSE 1 END,
      at * 1000000 + a % 1000000, at * 1000000 + a % 1000000 + iif(n % ${Math.ceil(RUNS / 10)} = 5, 3600000, b * 7 % 60000) * 1000000,
      10, 10, iif(b % 25 = 0, 1, 0), 2, 3, b * 13 % 20000, 100, b * 17 % 2000,
      CASE WHEN n % ${Math.ceil(RUNS / 10)} = 6 THEN 50000000000 WHEN b % 20 <> 3 THEN b * 7919 % 903000000 END, '1',
      json_array(${marked("'model-' || (b % 12)", 7)}), json_array('openai'), 10, at + 60000,
      json_object('agents', json_array('agent'), 'tools', json_array('weather', ${marked("'tool-' || (b % 20)", 8)}), 'prompts', json_array(),
        'cache_write_tokens', NULL, 'known_cost_nano_usd', 123, 'unpriced', json_object(), 'client_cost_nano_usd', NULL, 'logged_cost_nano_usd', NULL)
    FROM mixed`);
}

async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "runlight-lists-"));
  try {
    const db = new DatabaseSync(join(folder, "lists.sqlite"));
    db.exec("PRAGMA journal_mode = off; PRAGMA synchronous = off; PRAGMA cache_size = -300000");
    const migrations = fileURLToPath(new URL("../../migrations/", import.meta.url).href);
    const files = readdirSync(migrations).filter((name) => name.endsWith(".sql"));
    const at = files.findIndex((name) => name.startsWith("0006"));
    for (const name of files.sort().slice(0, at)) db.exec(readFileSync(migrations + name, "utf8"));
    fill(db);
    // The migration that makes the indexes and labels: what an installation with a million runs goes through.
    const before = performance.now();
    for (const name of files.slice(at)) db.exec(readFileSync(migrations + name, "utf8"));
    console.log(`${RUNS} runs; 0006_lists took ${Math.round((performance.now() - before) / 1000)} s`);
    console.log(db.prepare("SELECT count(*) AS labels FROM run_labels").get());
    const ctx = contextOf(db);
    console.log("GET /api/runs, 50 a page");
    console.table(await measured(LISTS, (listing) => listRuns(ctx, { limit: 50, ...listing })));
    console.log("The same, page 20");
    console.table(
      await measured(
        LISTS.slice(0, 6),
        (listing) => listRuns(ctx, { limit: 50, ...listing }),
        async (listing) => {
          let cursor: string | null = null;
          for (let page = 1; page < 20; page++) {
            const next: { next_cursor: string | null } = await listRuns(ctx, {
              limit: 50,
              ...listing,
              ...(cursor ? { cursor } : {}),
            });
            if (next.next_cursor === null) break;
            cursor = next.next_cursor;
          }
          return { ...listing, ...(cursor ? { cursor } : {}) };
        },
      ),
    );
    console.log("GET /api/runs/facets");
    console.table(
      await measured(FACETED, async (listing) => {
        const { counted, approximate } = await countFacets(ctx, listing);
        return { data: { length: counted }, approximate };
      }),
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}

await main();
