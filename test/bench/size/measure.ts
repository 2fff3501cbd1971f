// npm run bench:size -- <folder> [<folder>]: how long the server that `npm start` runs takes to answer over the databases that
// `npm run bench:fill` left in these folders, one after the other. Prints tables, asserts nothing.
import { readFileSync } from "node:fs";
import http from "node:http";
import { join, resolve } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { Run } from "../../../src/domain/runs/schema.ts";
import { hex, KEY, type StartedServer, span, startServer } from "../../server/harness.ts";
import { type Case, casesOf } from "./cases.ts";

/** Requests of a case, one after the other, after some that are not counted; a slow case is asked less often. */
const TIMES = 60;
const WARM_UP = 5;
const LEAST_TIMES = 12;
const CASE_MS = 3_000;
const TRACES = 25;

const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });

interface Measured {
  rows: number;
  p50: number;
  p95: number;
  p99: number;
}

/** A request over a connection that stays. @returns milliseconds until all of the answer is there, and the answer */
function get(server: StartedServer, path: string): Promise<{ ms: number; body: string }> {
  return new Promise((done, fail) => {
    const start = performance.now();
    const request = http.get(
      server.origin + path,
      { agent, headers: { authorization: `Bearer ${KEY}` } },
      (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("end", () => {
          const body = Buffer.concat(chunks).toString();
          if (response.statusCode === 200) done({ ms: performance.now() - start, body });
          else fail(new Error(`${path}: ${response.statusCode} ${body.slice(0, 300)}`));
        });
      },
    );
    request.on("error", fail);
  });
}

function summary(times: number[], rows: number): Measured {
  const sorted = [...times].sort((a, b) => a - b);
  const at = (share: number) => Number((sorted[Math.ceil(sorted.length * share) - 1] ?? 0).toFixed(1));
  return { rows, p50: at(0.5), p95: at(0.95), p99: at(0.99) };
}

/** @param path of each request, by its number */
async function measure(server: StartedServer, path: (n: number) => string): Promise<Measured> {
  const times: number[] = [];
  let body = "";
  let spent = 0;
  for (let n = 0; n < WARM_UP + TIMES; n++) {
    if (times.length >= LEAST_TIMES && spent > CASE_MS) break;
    const answer = await get(server, path(n));
    body = answer.body;
    spent += answer.ms;
    if (n >= WARM_UP) times.push(answer.ms);
  }
  const { data, counted } = JSON.parse(body) as { data?: unknown[]; counted?: number };
  return summary(times, data?.length ?? counted ?? 1);
}

/** Milliseconds from the acknowledgement of a trace until it is read by its id, and until it is in the list. */
async function visibility(server: StartedServer, pauseMs: number): Promise<{ byId: Measured; listed: Measured }> {
  const [byId, listed]: [number[], number[]] = [[], []];
  for (let n = 0; n < TRACES; n++) {
    const id = hex(16);
    const root = span(id, "seen");
    await (await server.send([root, ...Array.from({ length: 9 }, () => span(id, "step", root.spanId))])).arrayBuffer();
    const acknowledged = performance.now();
    await get(server, `/api/runs/${id}`);
    byId.push(performance.now() - acknowledged);
    for (;;) {
      const { body } = await get(server, "/api/runs?limit=20");
      if ((JSON.parse(body) as { data: Run[] }).data.some((run) => run.id === id)) break;
      await pause(5);
    }
    listed.push(performance.now() - acknowledged);
    await pause(pauseMs);
  }
  return { byId: summary(byId, 1), listed: summary(listed, 1) };
}

/** Resident memory of workerd, in MB. */
function memory(server: StartedServer): number {
  const pid = readFileSync(join(server.state, "workerd.pid"), "utf8").trim();
  const kilobytes = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  return Math.round(Number(kilobytes) / 1000);
}

type Results = Map<string, { of: Case; measured: Measured }>;

async function measureAll(folder: string): Promise<{ results: Results; spans: number; rss: [number, number] }> {
  const { end, spans } = JSON.parse(readFileSync(join(folder, "fill.json"), "utf8")) as { end: number; spans: number };
  const server = await startServer(folder);
  const results: Results = new Map();
  const add = (of: Case, measured: Measured) => {
    results.set(`${of.group} ${of.name}`, { of, measured });
    console.error(`${of.group}: ${of.name}: p95 ${measured.p95} ms`);
  };
  try {
    await get(server, "/api/runs");
    const before = memory(server);
    for (const each of casesOf(end)) {
      // Kept out of the clock: what the case before left to the garbage collector.
      await pause(50);
      add(each, await measure(server, () => each.path));
    }
    const { data } = JSON.parse((await get(server, "/api/runs?limit=200&service=checkout-bot")).body) as {
      data: Run[];
    };
    const id = (n: number) => data[n % data.length]?.id;
    add({ group: "the rest", name: "page 20 of the list", path: "" }, await measure(server, await twentieth(server)));
    add({ group: "the rest", name: "GET /api/runs/:id", path: "" }, await measure(server, (n) => `/api/runs/${id(n)}`));
    add(
      { group: "the rest", name: "GET /api/runs/:id/llm-calls", path: "" },
      await measure(server, (n) => `/api/runs/${id(n)}/llm-calls`),
    );
    const rss: [number, number] = [before, memory(server)];
    for (const [pauseMs, how] of [
      [1_100, "log idle before"],
      [0, "one trace after the other"],
    ] as const) {
      const { byId, listed } = await visibility(server, pauseMs);
      add({ group: "from the acknowledgement", name: `readable by id, ${how}`, path: "", budget: 25 }, byId);
      add({ group: "from the acknowledgement", name: `in the list, ${how}`, path: "", budget: 1_500 }, listed);
    }
    return { results, spans, rss };
  } finally {
    await server.stop();
  }
}

async function twentieth(server: StartedServer): Promise<() => string> {
  let path = "/api/runs?limit=50";
  for (let page = 1; page < 20; page++) {
    const { next_cursor } = JSON.parse((await get(server, path)).body) as { next_cursor: string | null };
    path = `/api/runs?limit=50&cursor=${next_cursor}`;
  }
  return () => path;
}

const folders = process.argv.slice(2);
if (folders.length === 0) throw new Error("Usage: npm run bench:size -- <folder> [<folder>]");
const all = [];
for (const folder of folders) all.push(await measureAll(resolve(folder)));
const millions = all.map(({ spans }) => `${(spans / 1e6).toFixed(1)} M`);
let group = "";
for (const [key, { of }] of all[0]?.results ?? []) {
  if (of.group !== group) {
    group = of.group;
    console.log(`\n${group}\n`);
    const each = millions.flatMap((name) => [`rows at ${name}`, `p50 at ${name}`, "p95", "p99"]);
    const heads = ["what", ...each, ...(all.length > 1 ? ["p95, times"] : []), "budget"];
    console.log(`| ${heads.join(" | ")} |\n|${heads.map(() => "---").join("|")}|`);
  }
  const measured = all.map(({ results }) => results.get(key)?.measured as Measured);
  const [first, last] = [measured[0], measured.at(-1)];
  const cells = measured.flatMap(({ rows, p50, p95, p99 }) => [rows, p50, p95, p99]);
  const ratio = all.length > 1 ? [((last?.p95 ?? 0) / (first?.p95 || 1)).toFixed(1)] : [];
  console.log(`| ${[of.name, ...cells, ...ratio, of.budget ?? "–"].join(" | ")} |`);
}
for (const [n, { rss }] of all.entries()) {
  console.log(`\nworkerd at ${millions[n]}: ${rss[0]} MB after the first request, ${rss[1]} MB after all of them`);
}
agent.destroy();
