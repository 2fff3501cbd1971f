import { projectFeed } from "../../../durable-objects/stubs.ts";
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
}

/** Asks each part for a small thing and says how long it took. */
export async function checkHealth(ctx: Ctx): Promise<Health> {
  requireScope(ctx, "read");
  let clients = 0;
  const [d1, r2, live] = await Promise.all([
    probe(() => dbFor(ctx.env, ctx.projectId).prepare("SELECT 1").first()),
    probe(() => ctx.env.BUCKET.head("health")),
    probe(async () => {
      clients = await projectFeed(ctx.env, ctx.projectId).clients();
    }),
  ]);
  const status = d1.ok && r2.ok && live.ok ? "ok" : "degraded";
  return { status, version: VERSION, parts: { d1, r2, live }, connected_clients: clients };
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
