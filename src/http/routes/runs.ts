import { createRoute, z } from "@hono/zod-openapi";
import { requireScope } from "../../context.ts";
import { EXPORT_FORMATS } from "../../domain/exports/schema.ts";
import { startExport } from "../../domain/exports/start.ts";
import { jobSchema } from "../../domain/jobs/schema.ts";
import { agUiInputSchema, runAgUi } from "../../domain/runs/ag-ui.ts";
import { appendEvents, MAX_EVENTS } from "../../domain/runs/append-events.ts";
import { cancelRun } from "../../domain/runs/cancel.ts";
import { createRun } from "../../domain/runs/create.ts";
import { EVENT_TYPES } from "../../domain/runs/event-types.ts";
import { listEvents } from "../../domain/runs/events.ts";
import { countFacets } from "../../domain/runs/facets.ts";
import { getRun } from "../../domain/runs/get.ts";
import { listRuns } from "../../domain/runs/list.ts";
import { listLlmCalls } from "../../domain/runs/llm-calls.ts";
import {
  eventSchema,
  foundRunSchema,
  listOf,
  llmCallSchema,
  runFacetsSchema,
  runSchema,
  spanRowSchema,
  spanSchema,
} from "../../domain/runs/schema.ts";
import { getSpan, listSpans } from "../../domain/runs/spans.ts";
import { stream } from "../../domain/runs/stream.ts";
import { subscribe } from "../../domain/runs/subscribe.ts";
import { AppError } from "../../errors.ts";
import { RUN_KINDS } from "../../events/event.ts";
import { shallow } from "../middleware/shallow.ts";
import { accepted, answer, created, router } from "../openapi.ts";
import { newRunId } from "../run-id.ts";
import { runFilterQuery, runListQuery } from "../run-query.ts";

const limit = (most: number, usual: number) => z.coerce.number().int().min(1).max(most).default(usual);
const seq = z.coerce.number().int().min(0);
const label = z.string().min(1).max(500);
const json = <T extends z.ZodType>(schema: T) => ({ required: true, content: { "application/json": { schema } } });

const runId = z.object({ id: z.string().min(1).max(128) });

const list = createRoute({
  method: "get",
  path: "/api/runs",
  summary: "Runs, newest first or by a value",
  request: { query: runListQuery },
  responses: answer(listOf(foundRunSchema), "A page of runs"),
});
const facets = createRoute({
  method: "get",
  path: "/api/runs/facets",
  summary: "How many runs of a filter have which values",
  request: { query: runFilterQuery },
  responses: answer(runFacetsSchema, "The most frequent values, each field counted without its own filter"),
});
const create = createRoute({
  method: "post",
  path: "/api/runs",
  summary: "Begin a run of an application",
  request: {
    body: json(
      z.strictObject({
        id: newRunId.optional(),
        kind: z.enum(RUN_KINDS).default("agent"),
        name: label,
        session_id: label.optional(),
        parent_run_id: label.optional(),
        user_id: label.optional(),
        service: label.optional(),
        environment: label.optional(),
        version: label.optional(),
        tags: z.array(label).max(100).optional(),
        // Not z.json(): what names itself cannot be written out in the OpenAPI document.
        metadata: z.record(z.string().max(200), z.unknown()).optional(),
      }),
    ),
  },
  responses: created(runSchema, "The run"),
});
const append = createRoute({
  method: "post",
  path: "/api/runs/{id}/events",
  summary: "Append events to a run's log; a new run begins with them",
  request: {
    params: z.object({ id: newRunId }),
    body: json(
      z.strictObject({
        events: z
          .array(
            z.strictObject({
              id: label.optional().openapi({ description: "The same id again in one run is the same event" }),
              type: label.openapi({ example: "TEXT_MESSAGE_CONTENT", description: EVENT_TYPES.join(", ") }),
              time: label.optional().openapi({ description: "RFC 3339; now if left out" }),
              data: z.unknown(),
            }),
          )
          .min(1)
          .max(MAX_EVENTS),
      }),
    ),
  },
  responses: answer(
    z.object({
      first_seq: z.number().int().nullable(),
      last_seq: z.number().int().nullable(),
      skipped: z.number().int().openapi({ description: "Events that the log had already" }),
      warning: z.string().optional().openapi({ description: "Says that the end is near, once the run is large" }),
    }),
    "Where they lie in the log; null if the log had all of them",
  ),
});
const cancel = createRoute({
  method: "post",
  path: "/api/runs/{id}/cancel",
  summary: "Write into a run's log that it is cancelled",
  request: {
    params: runId,
    body: {
      required: false,
      content: { "application/json": { schema: z.strictObject({ reason: label.optional() }) } },
    },
  },
  responses: accepted(runSchema, "The run"),
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
const exportRun = createRoute({
  method: "post",
  path: "/api/runs/{id}/export",
  summary: "Write a run's log into a file; the job's result says where it is",
  request: { params: runId, body: json(z.strictObject({ format: z.enum(EXPORT_FORMATS) })) },
  responses: accepted(jobSchema, "The job"),
});

export function runRoutes() {
  const routes = router();
  for (const path of ["/api/runs", "/api/runs/:id/events", "/api/runs/:id/cancel", "/api/runs/:id/export"]) {
    routes.use(path, shallow());
  }
  routes.use("/api/runs/:id/stream", shallow());
  return routes
    .openapi(create, async (c) => c.json(await createRun(c.get("ctx"), c.req.valid("json")), 201))
    .openapi(append, async (c) => {
      const ctx = c.get("ctx");
      requireScope(ctx, "ingest");
      const key = c.req.header("idempotency-key");
      const { events: sent } = c.req.valid("json");
      return c.json(await appendEvents(ctx, c.req.valid("param").id, sent, { key: key && `append ${key}` }), 200);
    })
    .openapi(cancel, async (c) => {
      const { reason } = c.req.valid("json") ?? {};
      return c.json(await cancelRun(c.get("ctx"), c.req.valid("param").id, reason), 202);
    })
    .openapi(exportRun, async (c) => {
      const { format } = c.req.valid("json");
      return c.json(await startExport(c.get("ctx"), c.req.valid("param").id, format), 202);
    })
    .openapi(facets, async (c) => c.json(await countFacets(c.get("ctx"), c.req.valid("query")), 200))
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
    .post("/api/runs/:id/stream", async (c) => {
      const input = agUiInputSchema.safeParse(await c.req.json().catch(() => null));
      if (!input.success) {
        throw new AppError("invalid_request", "The body must be AG-UI's RunAgentInput: threadId, runId, messages.");
      }
      const id = newRunId.safeParse(c.req.param("id"));
      if (!id.success) throw new AppError("invalid_request", `The run's id ${id.error.issues[0]?.message}.`);
      return runAgUi(c.get("ctx"), id.data, input.data, c.req.raw);
    })
    .get("/api/runs/:id/stream", (c) => stream(c.get("ctx"), c.req.param("id"), c.req.raw))
    .get("/api/runs/:id/subscribe", (c) => subscribe(c.get("ctx"), c.req.param("id"), c.req.raw));
}
