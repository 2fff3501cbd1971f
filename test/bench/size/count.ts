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

/** US dollars a million by Cloudflare's list of 2026-11-21, and the millions a month that the $5 of the plan include. */
const PRICES = {
  "Worker requests": { price: 0.3, included: 10 },
  "Worker CPU ms": { price: 0.02, included: 30 },
  "DO requests": { price: 0.15, included: 1 },
  "DO rows written": { price: 1, included: 50 },
  "queue operations": { price: 0.4, included: 1 },
  "D1 rows written": { price: 1, included: 50 },
  "R2 writes (class A)": { price: 4.5, included: 1 },
} as const;
const PLAN = 5;

/** Of a GB for a month, with what is included. */
const STORAGE = { d1: { price: 0.75, included: 5 }, r2: { price: 0.015, included: 10 } } as const;
const DAYS_KEPT = 30;

/** Millions of spans a day, and the form in which so many come. */
const BILLS = [
  { millions: 1, form: 0 },
  { millions: 100, form: 1 },
  { millions: 1_000, form: 1 },
] as const;

/** CPU of the Worker for a span, in and projected, in ms; reckoned from the profile in docs/performance.md. */
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

function pricesOf() {
  return Object.entries(PRICES) as [keyof typeof PRICES, { price: number; included: number }][];
}

/** US dollars of a month with so many million spans a day: operations, and thirty days of them stored. */
function bill(millions: number, { spans, d1Bytes, packBytes }: Counts, operation: ReturnType<typeof operations>) {
  const month = millions * DAYS_KEPT;
  let cost = PLAN;
  for (const [name, { price, included }] of pricesOf()) {
    cost += Math.max(0, (operation[name] / 1e6) * month - included) * price;
  }
  const gigabytes = (bytes: number) => ((bytes / spans) * month * 1e6) / 1e9;
  const stored = { d1: gigabytes(d1Bytes), r2: gigabytes(packBytes) };
  const storage = (["d1", "r2"] as const).map(
    (where) => Math.max(0, stored[where] - STORAGE[where].included) * STORAGE[where].price,
  );
  return { cost, perMillion: cost / month, d1: storage[0] ?? 0, r2: storage[1] ?? 0 };
}

const counted: Counts[] = [];
for (const [n, form] of FORMS.entries()) counted.push(await count(form, n * 20_000));
const each = counted.map(operations);
console.log(`| a million spans | ${FORMS.map(({ name }) => name).join(" | ")} | $ | $ |`);
console.log("|---|---|---|---|---|");
const totals = [0, 0];
for (const [name, { price }] of pricesOf()) {
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

console.log(
  "\n| million spans a day | operations a month, $ | a million spans, $ | D1 for 30 days, $ | R2 for 30 days, $ |\n|---|---|---|---|---|",
);
for (const { millions, form } of BILLS) {
  const { cost, perMillion, d1, r2 } = bill(
    millions,
    counted[form] as Counts,
    each[form] as ReturnType<typeof operations>,
  );
  const dollars = (value: number) => Math.round(value).toLocaleString("en-US");
  console.log(
    `| ${millions.toLocaleString("en-US")} | ${dollars(cost)} | ${perMillion.toFixed(2)} | ${dollars(d1)} | ${dollars(r2)} |`,
  );
}
