// npm run bench:count: what a million spans cost in operations of Cloudflare, counted on the server that `npm start` runs, and
// the bill by list price. Prints tables, asserts nothing.
import { readdirSync } from "node:fs";
import http from "node:http";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as pause } from "node:timers/promises";
import type { Health } from "../../../src/domain/health/check.ts";
import { eventually, KEY, removeState, type StartedServer, startServer } from "../../server/harness.ts";
import { requestOf, traceOfNow } from "./otlp.ts";

/** How spans come in: so many traces a request, and whether each request is projected before the next one comes. */
interface Form {
  name: string;
  traces: number;
  requests: number;
  alone: boolean;
}

const FORMS: Form[] = [
  { name: "5 traces a request, each request on its own", traces: 5, requests: 200, alone: true },
  { name: "50 traces a request, without a pause", traces: 50, requests: 200, alone: false },
];

/** What was counted of a load. */
interface Counts {
  spans: number;
  requests: number;
  /** Parts of runs: a trace of one request is one. */
  parts: number;
  drains: number;
  d1Rows: number;
  packBytes: number;
  d1Bytes: number;
}

/** US dollars a million, or a GB and month: Cloudflare's list of 2026-11-21, without what is included. */
const PRICES = {
  "Worker requests": 0.3,
  "Worker CPU ms": 0.02,
  "DO requests": 0.15,
  "DO rows written": 1,
  "queue operations": 0.4,
  "D1 rows written": 1,
  "R2 writes (class A)": 4.5,
} as const;

/** CPU of the Worker for 1,000 spans in and projected, in ms: 9 s for 200,000, of which the simulators are a part. */
const CPU_MS_A_SPAN = 0.045;

async function load(server: StartedServer, form: Form, first: number): Promise<number> {
  const agent = new http.Agent({ keepAlive: true });
  let spans = 0;
  for (let n = 0; n < form.requests; n++) {
    const traces = Array.from({ length: form.traces }, (_, t) => traceOfNow(first + n * form.traces + t));
    spans += traces.reduce((sum, trace) => sum + trace.spans.length, 0);
    await post(`${server.origin}/v1/traces`, agent, JSON.stringify(requestOf(traces)));
    if (form.alone) await projected(server);
  }
  agent.destroy();
  return spans;
}

function post(url: string, agent: http.Agent, body: string): Promise<void> {
  return new Promise((done, fail) => {
    const headers = { authorization: `Bearer ${KEY}`, "content-type": "application/json" };
    const request = http.request(url, { method: "POST", agent, headers }, (response) => {
      response.resume();
      response.on("end", () => (response.statusCode === 200 ? done() : fail(new Error(`${response.statusCode}`))));
    });
    request.on("error", fail);
    request.end(body);
  });
}

async function projected(server: StartedServer): Promise<Health["log"]> {
  for (;;) {
    const { log } = await server.json<Health>("/api/health");
    if (log.waiting === 0) return log;
    await pause(10);
  }
}

/** Sums over the SQLite files of a simulator. */
function ofFiles(folder: string, sql: string): number {
  let sum = 0;
  for (const name of readdirSync(folder)) {
    if (!name.endsWith(".sqlite") || name === "metadata.sqlite") continue;
    const db = new DatabaseSync(join(folder, name), { readOnly: true });
    sum += Number(Object.values(db.prepare(sql).get() ?? {})[0] ?? 0);
    db.close();
  }
  return sum;
}

async function count(form: Form, first: number): Promise<Counts> {
  const server = await startServer();
  try {
    const spans = await load(server, form, first);
    const log = await eventually(
      () => projected(server),
      ({ events_projected }) => events_projected === spans,
    );
    await server.stop();
    const v3 = join(server.state, "v3");
    const pages = "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size";
    return {
      spans,
      requests: form.requests,
      parts: ofFiles(join(v3, "do/-RunLog"), "SELECT count(*) FROM parts"),
      drains: ofFiles(join(v3, "r2/miniflare-R2BucketObject"), "SELECT count(*) FROM _mf_objects"),
      d1Rows: log.d1_rows_written,
      packBytes: ofFiles(join(v3, "r2/miniflare-R2BucketObject"), "SELECT sum(size) FROM _mf_objects"),
      d1Bytes: ofFiles(join(v3, "d1/miniflare-D1DatabaseObject"), pages),
    };
  } finally {
    await server.stop();
    removeState(server.state);
  }
}

/** Operations of a million spans. What is no count is reckoned: the comments say how. */
function operations({ spans, requests, parts, drains, d1Rows }: Counts): Record<keyof typeof PRICES, number> {
  const perMillion = (value: number) => (value / spans) * 1e6;
  return {
    "Worker requests": perMillion(requests + drains),
    "Worker CPU ms": CPU_MS_A_SPAN * 1e6,
    // An append a request, and drain, confirm and the board's question a drain.
    "DO requests": perMillion(requests + 3 * drains),
    // The log's row and each part's index row, written and deleted; two notes and maybe the alarm with a drain.
    "DO rows written": perMillion(2 * requests + 2 * parts + 3 * drains),
    // A bell is written, read and deleted; each rings for a drain at least.
    "queue operations": perMillion(3 * drains),
    "D1 rows written": perMillion(d1Rows),
    "R2 writes (class A)": perMillion(drains),
  };
}

const counted: Counts[] = [];
for (const [n, form] of FORMS.entries()) counted.push(await count(form, n * 20_000));
const each = counted.map(operations);
console.log(`| a million spans | ${FORMS.map(({ name }) => name).join(" | ")} | $ | $ |`);
console.log("|---|---|---|---|---|");
const totals = [0, 0];
for (const [name, price] of Object.entries(PRICES) as [keyof typeof PRICES, number][]) {
  const costs = each.map((operation) => (operation[name] / 1e6) * price);
  for (const [n, cost] of costs.entries()) totals[n] = (totals[n] ?? 0) + cost;
  const cells = [
    ...each.map((operation) => Math.round(operation[name]).toLocaleString("en-US")),
    ...costs.map((cost) => cost.toFixed(3)),
  ];
  console.log(`| ${name} | ${cells.join(" | ")} |`);
}
console.log(`| all | | | ${totals.map((total) => total.toFixed(2)).join(" | ")} |`);
for (const [n, { spans, requests, parts, drains, packBytes, d1Bytes, d1Rows }] of counted.entries()) {
  console.log(
    `\n${FORMS[n]?.name}: ${spans} spans, ${requests} requests, ${parts} parts, ${drains} drains; a span: ${(d1Rows / spans).toFixed(2)} D1 rows, ${Math.round(packBytes / spans)} bytes in R2, ${Math.round(d1Bytes / spans)} bytes in D1`,
  );
}
