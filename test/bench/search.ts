// node test/bench/search.ts [runs]: GET /api/runs?q= over a million runs, and what the index costs in rows. The product's own
// code on SQLite in Node, as workerd's simulator of D1 has the same engine; prints tables, asserts nothing.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync, type SQLInputValue } from "node:sqlite";
import { fileURLToPath } from "node:url";
import type { Ctx } from "../../src/context.ts";
import { listRuns, type RunListing } from "../../src/domain/runs/list.ts";
import { insertDocs, placesOf, projectToken } from "../../src/domain/search/docs.ts";

const RUNS = Number(process.argv[2] ?? 1_000_000);
const PROJECT = "bench";
const TIMES = 15;
const MONTH_MS = 30 * 86_400_000;
const NOW = Date.now();

const CASES: [name: string, listing: Partial<RunListing>][] = [
  ["in every run", { q: "common" }],
  ["1 in 10", { q: "tenth" }],
  ["1 in 1,000", { q: "thousandth" }],
  ["10 in all", { q: "rarest" }],
  ["none", { q: "nowhere" }],
  ["in every run & 10 in all", { q: "common rarest" }],
  ["1 in 10 & 1 in 1,000", { q: "tenth thousandth" }],
  ["phrase, in every run", { q: '"common ground"' }],
  ["in every run, -1 in 10", { q: "common -tenth" }],
  ["beginning, 1 in 1,000", { q: "thousandt*" }],
  ["beginning, in every run", { q: "comm*" }],
  ["in every run, service of 10", { q: "common", service: ["rare"] }],
  ["in every run, service: 1 in 8", { q: "common", service: ["service-1"] }],
  ["1 in 1,000, status=error", { q: "thousandth", status: ["error"] }],
  ["in every run, min_cost: none", { q: "common", min_cost: 1000 }],
  ["in every run, oldest first", { q: "common", order: "asc" }],
];

function statement(db: DatabaseSync, sql: string, values: SQLInputValue[] = []) {
  return {
    bind: (...bound: SQLInputValue[]) => statement(db, sql, bound),
    all: async () => ({ results: db.prepare(sql).all(...values) }),
    raw: async () =>
      db
        .prepare(sql)
        .all(...values)
        .map((row) => Object.values(row)),
    run: () => db.prepare(sql).run(...values),
  };
}

/** As much of D1 as is asked for. */
function bindingOf(db: DatabaseSync) {
  const binding = {
    prepare: (sql: string) => statement(db, sql),
    withSession: () => binding,
    batch: (all: { all(): Promise<unknown> }[]) => Promise.all(all.map((each) => each.all())),
  };
  return binding;
}

/** A text of some 40 words of a vocabulary of 20,000, frequent ones first. */
function textOf(n: number): string {
  let state = (n * 2654435761 + 1) >>> 0;
  const words = ["common ground"];
  for (let at = 0; at < 38; at++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    words.push(`w${Math.floor((state / 2 ** 32) ** 3 * 20_000).toString(36)}`);
  }
  if (n % 10 === 3) words.push("tenth");
  if (n % 1000 === 13) words.push("thousandth");
  if (n % Math.ceil(RUNS / 10) === 7) words.push("rarest");
  return words.join(" ");
}

function fill(db: DatabaseSync): void {
  db.exec(`WITH RECURSIVE numbers(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n < ${RUNS - 1})
    INSERT INTO runs (project_id, id, kind, name, service, tags, metadata, outcome, started_ns, ended_ns, event_count, span_count,
      error_count, tool_call_count, llm_call_count, models, providers, last_seq, seen_at)
    SELECT '${PROJECT}', printf('%032x', n), 'trace', 'run', iif(n % ${Math.ceil(RUNS / 10)} = 9, 'rare', 'service-' || (n % 8)), '[]', '{}',
      iif(n % 25 = 0, 2, 1), ${NOW - MONTH_MS} * 1000000 + n * ${Math.floor((MONTH_MS * 1e6) / RUNS)}, ${NOW} * 1000000, 10, 10, 0, 2, 3, '[]', '[]', 10, ${NOW}
    FROM numbers`);
  db.exec("INSERT INTO run_labels SELECT DISTINCT project_id, 'service:' || service, started_ns >> 38 FROM runs");
}

/** Docs in drains; @returns rows that SQLite changed for each */
function index(db: DatabaseSync, from: number, to: number, drain: number, text: (n: number) => string): number {
  const binding = bindingOf(db) as unknown as D1Database;
  const changes = () => Number(db.prepare("SELECT total_changes() AS n").get()?.n);
  const before = changes();
  for (let first = from; first < to; first += drain) {
    const docs = Array.from({ length: Math.min(drain, to - first) }, (_, at) => {
      const n = first + at;
      const started = String(
        BigInt(NOW - MONTH_MS) * 1_000_000n + BigInt(n) * BigInt(Math.floor((MONTH_MS * 1e6) / RUNS)),
      );
      return { run: n.toString(16).padStart(32, "0"), first_seq: 1, text: text(n), started };
    });
    db.exec("BEGIN");
    for (const each of insertDocs(binding, PROJECT, placesOf(docs))) (each as unknown as { run(): void }).run();
    db.exec("COMMIT");
  }
  return (changes() - before) / (to - from);
}

function open(path: string): DatabaseSync {
  const db = new DatabaseSync(path);
  db.exec("PRAGMA journal_mode = off; PRAGMA synchronous = off; PRAGMA cache_size = -200000");
  const migrations = fileURLToPath(new URL("../../migrations/", import.meta.url).href);
  const files = readdirSync(migrations).filter((name) => name.endsWith(".sql"));
  for (const name of files.sort()) db.exec(readFileSync(migrations + name, "utf8"));
  return db;
}

function costOfRows(folder: string): void {
  const long = (n: number) =>
    Array.from({ length: 6 }, (_, at) => textOf(n * 6 + at))
      .join(" ")
      .slice(0, 1500);
  const rows = [10, 100, 400].map((drain) => {
    const db = open(join(folder, `rows-${drain}.sqlite`));
    const start = process.cpuUsage();
    const a_doc = index(db, 0, 4000, drain, long);
    const { user, system } = process.cpuUsage(start);
    db.close();
    return {
      "runs a drain": drain,
      "rows a run": Number(a_doc.toFixed(2)),
      "rows a span": Number((a_doc / 10).toFixed(3)),
      "µs a span": Number(((user + system) / 40_000).toFixed(1)),
    };
  });
  console.log("What 1,500 characters a run of 10 spans cost: rows that SQLite changes, of the index's own tables too");
  console.table(rows);
}

async function measured(ctx: Ctx) {
  const rows = [];
  for (const [name, listing] of CASES) {
    const times: number[] = [];
    let cursor: string | null = null;
    let runs = 0;
    // Page after page, from the first on again after the last.
    for (let n = 0; n < TIMES; n++) {
      const start = performance.now();
      const page: { data: unknown[]; next_cursor: string | null } = await listRuns(ctx, {
        limit: 50,
        ...listing,
        ...(cursor ? { cursor } : {}),
      });
      times.push(performance.now() - start);
      if (n === 0) runs = page.data.length;
      cursor = page.next_cursor;
    }
    times.sort((a, b) => a - b);
    const ms = (n: number) => Number((times[n] ?? 0).toFixed(1));
    rows.push({ words: name, runs, "p50 ms": ms(TIMES >> 1), "p95 ms": ms(Math.ceil(TIMES * 0.95) - 1) });
  }
  return rows;
}

const folder = mkdtempSync(join(tmpdir(), "runlight-search-"));
try {
  costOfRows(folder);
  const db = open(join(folder, "search.sqlite"));
  fill(db);
  const start = performance.now();
  index(db, 0, RUNS, 1000, textOf);
  const bytes = db.prepare("SELECT sum(length(block)) AS n FROM search_docs_data").get()?.n;
  console.log(
    `${RUNS} runs indexed in ${Math.round((performance.now() - start) / 1000)} s, ${Math.round(Number(bytes) / RUNS)} bytes of index each`,
  );
  const ctx = { projectId: PROJECT, scopes: new Set(["read"]), env: { DB: bindingOf(db) } } as unknown as Ctx;
  console.log(`GET /api/runs?q=, 50 a page (project ${projectToken(PROJECT)})`);
  console.table(await measured(ctx));
} finally {
  rmSync(folder, { recursive: true });
}
