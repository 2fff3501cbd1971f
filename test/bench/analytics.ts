// node test/bench/analytics.ts [days]: what analytics over long ranges take, by HTTP, on the server that `npm start` runs. The sums
// are written by the product's own code straight into its database. Prints a table, asserts nothing.
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync, type SQLInputValue } from "node:sqlite";
import type { RunState } from "../../src/domain/projection/merge.ts";
import { addRun, type Rollups } from "../../src/domain/rollups/rollup.ts";
import { addRollups } from "../../src/domain/rollups/write.ts";
import { nanoFromMs } from "../../src/events/nano.ts";
import { Random } from "../faults/random.ts";
import { KEY, removeState, startServer } from "../server/harness.ts";

const DAYS = Number(process.argv[2] ?? 90);
const TIMES = 40;
const SERVICES = 4;
const MODELS = 10;
/** 400 calls an hour: ten of each of the 40 combinations. */
const RUNS_AN_HOUR = 133;
const CALLS_A_RUN = 3;
const USERS = 2_000;
/** Users of the same hour. */
const USERS_AN_HOUR = 20;

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** As much of a run as its sums are of. */
function runAt(random: Random, at: number, user: number): RunState {
  const durationMs = () => Math.exp(7.6 + 0.8 * (random.next() + random.next() + random.next() - 1.5) * 2);
  const calls = Array.from({ length: CALLS_A_RUN }, (_, n) => ({
    span_id: String(n),
    model: `model-${random.int(0, MODELS - 1)}`,
    provider: "openai",
    operation: "chat",
    status: random.chance(0.02) ? "error" : "ok",
    start: nanoFromMs(at),
    end: nanoFromMs(at + durationMs()),
    cost_nano_usd: random.int(1, 1e8),
    unpriced: null,
    usage: { input: random.int(1, 9_000), cached: 500, cache_write: null, output: random.int(1, 900), reasoning: null },
  }));
  return {
    head: { value: { service: `service-${random.int(0, SERVICES - 1)}`, environment: "production" } },
    tags: [],
    user: { value: `user-${user}` },
    calls,
    started: nanoFromMs(at),
    ended: nanoFromMs(at + durationMs() * CALLS_A_RUN),
    outcome: 1,
    error_count: 0,
  } as unknown as RunState;
}

function fill(db: DatabaseSync, projectId: string, now: number): void {
  const random = new Random(1);
  const counted = new Set(Array.from({ length: CALLS_A_RUN }, (_, n) => String(n)));
  const binding = {
    prepare: (sql: string) => ({
      bind:
        (...values: SQLInputValue[]) =>
        () =>
          db.prepare(sql).run(...values),
    }),
  };
  for (let day = now - (now % DAY_MS) - DAYS * DAY_MS; day < now; day += DAY_MS) {
    const rollups: Rollups = new Map();
    for (let hour = day; hour < Math.min(day + DAY_MS, now); hour += HOUR_MS) {
      const users = Array.from({ length: USERS_AN_HOUR }, () => random.int(0, USERS - 1));
      for (let n = 0; n < RUNS_AN_HOUR; n++) {
        const at = hour + random.int(0, HOUR_MS - 1);
        if (at < now) addRun(rollups, runAt(random, at, random.pick(users)), counted, 1);
      }
    }
    db.exec("BEGIN");
    const writes = addRollups(binding as unknown as D1Database, projectId, 1, rollups) as unknown as (() => void)[];
    for (const write of writes) write();
    db.exec("COMMIT");
  }
}

/** The database of a stopped server. */
function databaseOf(state: string): DatabaseSync {
  for (const name of readdirSync(state, { recursive: true, encoding: "utf8" })) {
    if (!/d1.*\.sqlite$/i.test(name)) continue;
    const db = new DatabaseSync(join(state, name));
    if (db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'rollups'").get()) return db;
    db.close();
  }
  throw new Error(`No database in ${state}`);
}

const first = await startServer();
await first.stop();
const { state } = first;
try {
  const db = databaseOf(state);
  const now = Date.now();
  const begun = performance.now();
  fill(db, (db.prepare("SELECT id FROM projects").get() as { id: string }).id, now);
  console.log(`${DAYS} days, filled in ${Math.round((performance.now() - begun) / 1000)} s`);
  console.table(db.prepare("SELECT series, count(*) AS rows FROM rollups GROUP BY series").all());
  db.close();
  const server = await startServer(state);
  try {
    const rows = [];
    for (const [what, path] of [
      ["cost by model", "cost?group_by=model"],
      ["cost by model and day", "cost?group_by=model&granularity=day"],
      ["cost by model and hour", "cost?group_by=model&granularity=hour"],
      ["cost, runs, beside the span before", "cost?of=runs&compare=previous"],
      ["latency", "latency?group_by=none"],
      ["latency by model", "latency?group_by=model"],
      ["latency by model and day", "latency?group_by=model&granularity=day"],
      ["latency by model and hour", "latency?group_by=model&granularity=hour"],
      ["overview beside the span before", "overview?compare=previous"],
      ["models", "models?"],
      ["cost by user", "cost?group_by=user"],
      ["latency by user", "latency?group_by=user"],
    ] as const) {
      for (const days of [1, 7, 30, 90]) {
        if (days > DAYS || (days > 30 && what.endsWith("hour"))) continue;
        const range = `from=${new Date(now - days * DAY_MS).toISOString()}&to=${new Date(now).toISOString()}`;
        const times: number[] = [];
        const end = performance.now() + 3_000;
        while (times.length < TIMES && (times.length < 5 || performance.now() < end)) {
          const start = performance.now();
          const answer = await fetch(`${server.origin}/api/analytics/${path}&${range}`, {
            headers: { authorization: `Bearer ${KEY}` },
          });
          await answer.arrayBuffer();
          if (answer.status !== 200) throw new Error(`${path}: ${answer.status}`);
          times.push(performance.now() - start);
        }
        // The first one compiles and reads the disk.
        const sorted = times.slice(1).sort((a, b) => a - b);
        const at = (share: number) => Number((sorted[Math.ceil(share * sorted.length) - 1] ?? 0).toFixed(1));
        rows.push({ what, days, asked: sorted.length, "p50 ms": at(0.5), "p95 ms": at(0.95) });
      }
    }
    console.table(rows);
  } finally {
    await server.stop();
  }
} finally {
  removeState(state);
}
