import { createRoute, z } from "@hono/zod-openapi";
import { listEvents } from "../../domain/runs/events.ts";
import { getRun } from "../../domain/runs/get.ts";
import { listRuns } from "../../domain/runs/list.ts";
import { listLlmCalls } from "../../domain/runs/llm-calls.ts";
import { eventSchema, listOf, llmCallSchema, runSchema, spanRowSchema, spanSchema } from "../../domain/runs/schema.ts";
import { getSpan, listSpans } from "../../domain/runs/spans.ts";
import { subscribe } from "../../domain/runs/subscribe.ts";
import { RUN_KINDS, RUN_STATUSES } from "../../events/event.ts";
import { answer, router } from "../openapi.ts";

const limit = (most: number, usual: number) => z.coerce.number().int().min(1).max(most).default(usual);
const seq = z.coerce.number().int().min(0);
const flag = z.enum(["true", "false", "1", "0"]).transform((text) => text === "true" || text === "1");
const text = z.string().min(1).max(1000);
const runId = z.object({ id: z.string().min(1).max(128) });

const runQuery = z.object({
  kind: z.enum(RUN_KINDS).optional(),
  status: z.enum(RUN_STATUSES).optional(),
  service: text.optional(),
  environment: text.optional(),
  session_id: text.optional(),
  user_id: text.optional(),
  name: text.optional(),
  from: text.optional().openapi({ description: "RFC 3339, inclusive" }),
  to: text.optional().openapi({ description: "RFC 3339, exclusive" }),
  has_error: flag.optional(),
  limit: limit(200, 50),
  cursor: text.optional(),
});

const list = createRoute({
  method: "get",
  path: "/api/runs",
  summary: "Runs, newest first",
  request: { query: runQuery },
  responses: answer(listOf(runSchema), "A page of runs"),
});
const get = createRoute({
  method: "get",
  path: "/api/runs/{id}",
  summary: "A run, as of the last acknowledged write",
  request: { params: runId },
  responses: answer(runSchema, "The run"),
});
const events = createRoute({
  method: "get",
  path: "/api/runs/{id}/events",
  summary: "A run's log, oldest first",
  request: {
    params: runId,
    query: z.object({ after: seq.optional(), cursor: seq.optional(), limit: limit(1000, 200) }),
  },
  responses: answer(listOf(eventSchema).extend({ last_seq: z.number().int() }), "A page of events"),
});
const spans = createRoute({
  method: "get",
  path: "/api/runs/{id}/spans",
  summary: "All spans of a run, without bodies",
  request: { params: runId },
  responses: answer(listOf(spanRowSchema).extend({ last_seq: z.number().int() }), "The spans, flat"),
});
const span = createRoute({
  method: "get",
  path: "/api/runs/{id}/spans/{span_id}",
  summary: "A span with input, output, attributes, events and links",
  request: {
    params: runId.extend({ span_id: z.string().min(1).max(128) }),
    query: z.object({ seq: seq.optional().openapi({ description: "The span's seq, if known: quicker" }) }),
  },
  responses: answer(spanSchema, "The span"),
});
const llmCalls = createRoute({
  method: "get",
  path: "/api/runs/{id}/llm-calls",
  summary: "The model calls of a run",
  request: { params: runId },
  responses: answer(listOf(llmCallSchema), "The calls, by start"),
});

export function runRoutes() {
  return router()
    .openapi(list, async (c) => c.json(await listRuns(c.get("ctx"), c.req.valid("query")), 200))
    .openapi(get, async (c) => c.json(await getRun(c.get("ctx"), c.req.valid("param").id), 200))
    .openapi(events, async (c) => {
      const { after, cursor, limit: most } = c.req.valid("query");
      const page = { after: cursor ?? after ?? 0, limit: most };
      return c.json(await listEvents(c.get("ctx"), c.req.valid("param").id, page), 200);
    })
    .openapi(spans, async (c) => c.json(await listSpans(c.get("ctx"), c.req.valid("param").id), 200))
    .openapi(span, async (c) => {
      const { id, span_id } = c.req.valid("param");
      return c.json(await getSpan(c.get("ctx"), id, span_id, c.req.valid("query").seq), 200);
    })
    .openapi(llmCalls, async (c) => c.json(await listLlmCalls(c.get("ctx"), c.req.valid("param").id), 200))
    .get("/api/runs/:id/subscribe", (c) => subscribe(c.get("ctx"), c.req.param("id"), c.req.raw));
}
