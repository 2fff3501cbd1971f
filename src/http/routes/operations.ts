import { createRoute, z } from "@hono/zod-openapi";
import { getDeadLetter } from "../../domain/dead-letters/get.ts";
import { listDeadLetters } from "../../domain/dead-letters/list.ts";
import { replayDeadLetter } from "../../domain/dead-letters/replay.ts";
import { deadLetterSchema, openedLetterSchema } from "../../domain/dead-letters/schema.ts";
import { checkHealth } from "../../domain/health/check.ts";
import { watchProject } from "../../domain/live/watch-project.ts";
import { listOf } from "../../domain/runs/schema.ts";
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
const letterId = z.object({ id: z.string().min(1).max(200) });
const deadLetters = createRoute({
  method: "get",
  path: "/api/dead-letters",
  summary: "Queue messages that failed too often, newest first",
  request: {
    query: z.object({
      limit: z.coerce.number().int().min(1).max(200).default(50),
      cursor: z.string().min(1).max(1000).optional(),
    }),
  },
  responses: answer(listOf(deadLetterSchema), "A page of letters"),
});
const deadLetter = createRoute({
  method: "get",
  path: "/api/dead-letters/{id}",
  summary: "A dead letter with its whole message",
  request: { params: letterId },
  responses: answer(openedLetterSchema, "The letter"),
});
const replay = createRoute({
  method: "post",
  path: "/api/dead-letters/{id}/replay",
  summary: "Puts the message back on its queue, once: a second call is answered the same",
  request: { params: letterId },
  responses: answer(openedLetterSchema, "The letter with the time of its replay"),
});

export function operationRoutes() {
  return router()
    .openapi(health, async (c) => c.json(await checkHealth(c.get("ctx")), 200))
    .openapi(deadLetters, async (c) => c.json(await listDeadLetters(c.get("ctx"), c.req.valid("query")), 200))
    .openapi(deadLetter, async (c) => c.json(await getDeadLetter(c.get("ctx"), c.req.valid("param").id), 200))
    .openapi(replay, async (c) => c.json(await replayDeadLetter(c.get("ctx"), c.req.valid("param").id), 200))
    .get("/ws", (c) => watchProject(c.get("ctx"), c.req.raw));
}
