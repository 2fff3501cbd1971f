import { createRoute, z } from "@hono/zod-openapi";
import { listDeadLetters } from "../../domain/dead-letters/list.ts";
import { checkHealth } from "../../domain/health/check.ts";
import { watchProject } from "../../domain/live/watch-project.ts";
import { answer, router } from "../openapi.ts";

const part = z.object({ ok: z.boolean(), latency_ms: z.number(), error: z.string().optional() });
const health = createRoute({
  method: "get",
  path: "/api/health",
  summary: "Whether each part works, and how many clients watch live",
  responses: answer(
    z.object({
      status: z.enum(["ok", "degraded"]),
      version: z.string(),
      parts: z.object({ d1: part, r2: part, live: part }),
      connected_clients: z.number().int(),
      log: z.object({
        waiting: z.number().int(),
        waiting_ms: z.number(),
        events_projected: z.number().int(),
        d1_rows_written: z.number().int(),
      }),
      dropped: z
        .object({ log_records: z.number().int(), data_points: z.number().int() })
        .openapi({ description: "What clients sent over OTLP and Runlight does not keep: other logs, and metrics" }),
    }),
    "The parts",
  ),
});
const deadLetters = createRoute({
  method: "get",
  path: "/api/dead-letters",
  summary: "Queue messages that failed too often, newest first",
  request: { query: z.object({ limit: z.coerce.number().int().min(1).max(200).default(50) }) },
  responses: answer(
    z.object({
      data: z.array(
        z.object({
          id: z.string(),
          queue: z.string(),
          attempts: z.number().int(),
          received_at: z.string(),
          message: z.unknown(),
        }),
      ),
      next_cursor: z.null(),
    }),
    "The letters",
  ),
});

export function operationRoutes() {
  return router()
    .openapi(health, async (c) => c.json(await checkHealth(c.get("ctx")), 200))
    .openapi(deadLetters, async (c) => c.json(await listDeadLetters(c.get("ctx"), c.req.valid("query").limit), 200))
    .get("/ws", (c) => watchProject(c.get("ctx"), c.req.raw));
}
