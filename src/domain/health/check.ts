import type { Dropped } from "../../../durable-objects/project-feed/protocol.ts";
import { projectFeed, runLog, traceLogAddresses } from "../../../durable-objects/stubs.ts";
import { type Ctx, requireScope } from "../../context.ts";
import { dbFor } from "../../db/db.ts";
import { VERSION } from "../../version.ts";

interface Part {
  ok: boolean;
  latency_ms: number;
  error?: string;
}

export interface Health {
  status: "ok" | "degraded";
  version: string;
  parts: { d1: Part; r2: Part; live: Part };
  connected_clients: number;
  log: LogHealth;
  /** What clients sent over OTLP and Runlight does not keep. */
  dropped: Dropped;
}

/** The trace logs of the project: how far the projections are behind, and what they wrote so far. */
export interface LogHealth {
  /** Append calls that wait to be projected. */
  waiting: number;
  /** Age of the oldest of them. */
  waiting_ms: number;
  events_projected: number;
  /** As D1 bills them, indexes included. */
  d1_rows_written: number;
}

/** Asks each part for a small thing and says how long it took. */
export async function checkHealth(ctx: Ctx): Promise<Health> {
  requireScope(ctx, "read");
  let clients = 0;
  let dropped: Dropped = { log_records: 0, data_points: 0 };
  const [log, d1, r2, live] = await Promise.all([
    checkLogs(ctx),
    probe(() => dbFor(ctx.env, ctx.projectId).prepare("SELECT 1").first()),
    probe(() => ctx.env.BUCKET.head("health")),
    probe(async () => {
      const feed = projectFeed(ctx.env, ctx.projectId);
      [clients, dropped] = await Promise.all([feed.clients(), feed.dropped()]);
    }),
  ]);
  const status = d1.ok && r2.ok && live.ok ? "ok" : "degraded";
  return { status, version: VERSION, parts: { d1, r2, live }, connected_clients: clients, log, dropped };
}

async function checkLogs(ctx: Ctx): Promise<LogHealth> {
  const each = await Promise.all(
    traceLogAddresses(ctx.env, ctx.projectId).map((address) => runLog(ctx.env, address).status()),
  );
  const sum = (field: "waitingRows" | "events" | "rowsWritten") => each.reduce((total, log) => total + log[field], 0);
  return {
    waiting: sum("waitingRows"),
    waiting_ms: Math.max(...each.map((log) => log.waitingMs)),
    events_projected: sum("events"),
    d1_rows_written: sum("rowsWritten"),
  };
}

async function probe(ask: () => Promise<unknown>): Promise<Part> {
  const start = Date.now();
  try {
    await ask();
    return { ok: true, latency_ms: Date.now() - start };
  } catch (error) {
    console.error(JSON.stringify({ at: "health", error: String(error) }));
    return { ok: false, latency_ms: Date.now() - start, error: "This part did not answer. See the logs." };
  }
}
