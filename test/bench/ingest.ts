// npm run bench: ingest of the server that `npm start` runs, with the projection behind it. Prints tables, asserts nothing.
//   npm run bench -- --peer <folder>   beside @genkit-ai/telemetry-server, installed in that folder with `npm i`
import { fork } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { eventually, KEY, removeState, type StartedServer, startServer } from "../server/harness.ts";
import { type Load, sendLoad } from "./load.ts";

const HEADERS = { authorization: `Bearer ${KEY}` };
let requests = 0;

/** The part of GET /api/health that is used here. */
interface Health {
  log: { waiting: number; events_projected: number; d1_rows_written: number };
}

interface Case {
  connections: number;
  spansPerRequest: number;
  total: number;
}

const CASES: Case[] = [
  { connections: 1, spansPerRequest: 100, total: 20_000 },
  { connections: 4, spansPerRequest: 100, total: 20_000 },
  { connections: 4, spansPerRequest: 100, total: 120_000 },
  { connections: 16, spansPerRequest: 100, total: 60_000 },
  { connections: 4, spansPerRequest: 10, total: 20_000 },
  { connections: 4, spansPerRequest: 512, total: 61_440 },
];

async function send(url: string, headers: Record<string, string>, each: Case) {
  const tracesPerRequest = Math.ceil(each.spansPerRequest / 10);
  const load: Load = { url, headers, ...each, tracesPerRequest };
  const first = requests;
  requests += Math.ceil(each.total / each.spansPerRequest);
  return sendLoad(load, first);
}

async function projected(server: StartedServer): Promise<Health["log"]> {
  const { log } = await eventually(
    () => server.json<Health>("/api/health"),
    (health) => health.log.waiting === 0,
    120_000,
  );
  return log;
}

/** Milliseconds that workerd has had of a processor, all threads together; null where the system does not say as Linux does. */
function cpuOf(server: StartedServer): number | null {
  if (process.platform !== "linux") return null;
  const pid = readFileSync(join(server.state, "workerd.pid"), "utf8").trim();
  // The name before the bracket may have spaces; user and system time are the 12th and 13th after it, in hundredths of a second.
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)?.split(" ") ?? [];
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

/** Microseconds of a processor that each span took. The least disturbed by whatever else the machine does. */
function cpuASpan(from: number | null, to: number | null, spans: number): string | number {
  return from === null || to === null ? "-" : Number((((to - from) * 1000) / spans).toFixed(1));
}

async function benchRunlight(): Promise<void> {
  const server = await startServer();
  try {
    await send(`${server.origin}/v1/traces`, HEADERS, { connections: 4, spansPerRequest: 100, total: 10_000 });
    let before = await projected(server);
    const rows = [];
    for (const each of CASES) {
      const cpu = cpuOf(server);
      const result = await send(`${server.origin}/v1/traces`, HEADERS, each);
      const acknowledged = performance.now();
      const cpuAcknowledged = cpuOf(server);
      const after = await projected(server);
      const behind = performance.now() - acknowledged;
      const events = after.events_projected - before.events_projected;
      rows.push({
        connections: each.connections,
        "spans/request": each.spansPerRequest,
        spans: each.total,
        "spans/s acknowledged": Math.round(result.spansPerSecond),
        "spans/s projected": Math.round(each.total / (each.total / result.spansPerSecond + behind / 1000)),
        "p50 ms": Number(result.p50.toFixed(1)),
        "p95 ms": Number(result.p95.toFixed(1)),
        "p99 ms": Number(result.p99.toFixed(1)),
        "D1 rows/span": Number(((after.d1_rows_written - before.d1_rows_written) / events).toFixed(2)),
        "CPU µs/span acknowledged": cpuASpan(cpu, cpuAcknowledged, each.total),
        "CPU µs/span projected": cpuASpan(cpu, cpuOf(server), each.total),
        errors: result.errors,
      });
      before = after;
    }
    console.log("Runlight (production bundle in workerd; 1.5 KB a span, 10 spans and 3 model calls a trace)");
    console.table(rows);
  } finally {
    await server.stop();
    removeState(server.state);
  }
}

/** The one peer that npm brings: it writes a file a trace and does not sync it. */
async function benchPeer(folder: string): Promise<void> {
  const child = fork(fileURLToPath(new URL("genkit-server.cjs", import.meta.url).href), [folder], { silent: true });
  try {
    const port = await new Promise((resolve, reject) => {
      child.once("message", resolve);
      child.once("exit", (code) =>
        reject(new Error(`Genkit's server ended with ${code}. Is it installed in ${folder}?`)),
      );
    });
    const url = `http://127.0.0.1:${port}/api/otlp/v1/traces`;
    await send(url, {}, { connections: 4, spansPerRequest: 100, total: 5_000 });
    const rows = [];
    for (const each of CASES.slice(0, 3)) {
      const result = await send(url, {}, each);
      rows.push({
        connections: each.connections,
        "spans/request": each.spansPerRequest,
        spans: each.total,
        "spans/s acknowledged": Math.round(result.spansPerSecond),
        "p50 ms": Number(result.p50.toFixed(1)),
        "p95 ms": Number(result.p95.toFixed(1)),
        errors: result.errors,
      });
    }
    console.log("@genkit-ai/telemetry-server");
    console.table(rows);
  } finally {
    child.kill();
  }
}

const peer = process.argv.indexOf("--peer");
await benchRunlight();
if (peer > 0) await benchPeer(process.argv[peer + 1] ?? "");
