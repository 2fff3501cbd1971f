import { createRoute, z } from "@hono/zod-openapi";
import { listOf } from "../../domain/runs/schema.ts";
import { getSession } from "../../domain/sessions/get.ts";
import { listSessions } from "../../domain/sessions/list.ts";
import { listReasoning } from "../../domain/sessions/list-reasoning.ts";
import { findingSchema, reasoningStepSchema, synthesisSchema } from "../../domain/sessions/reasoning-schema.ts";
import { sessionSchema } from "../../domain/sessions/schema.ts";
import { subscribeToReasoning } from "../../domain/sessions/subscribe.ts";
import { RUN_KINDS } from "../../events/event.ts";
import { answer, router } from "../openapi.ts";

const text = z.string().min(1).max(1000);
const params = z.object({ id: text });
const page = z.object({
  limit: z.coerce.number().int().min(1).max(500).default(100),
  cursor: text.optional(),
});

const list = createRoute({
  method: "get",
  path: "/api/sessions",
  summary: "Sessions with their sums, the newest first",
  request: {
    query: z.object({
      user_id: text.optional().openapi({ description: "Only sessions with a run of this user" }),
      kind: z.enum(RUN_KINDS).optional().openapi({ description: "Only sessions with a run of this kind" }),
      limit: z.coerce.number().int().min(1).max(200).default(50),
      cursor: text.optional(),
    }),
  },
  responses: answer(listOf(sessionSchema), "A page of sessions"),
});
const get = createRoute({
  method: "get",
  path: "/api/sessions/{id}",
  summary: "A session with its sums",
  request: { params },
  responses: answer(sessionSchema, "The session"),
});
const steps = createRoute({
  method: "get",
  path: "/api/sessions/{id}/steps",
  summary: "The steps of a reasoning session, oldest first",
  request: { params, query: page },
  responses: answer(listOf(reasoningStepSchema), "A page of steps; none if no run of the session reasons"),
});
const synthesis = createRoute({
  method: "get",
  path: "/api/sessions/{id}/synthesis",
  summary: "How the synthesis of a reasoning session evolved, oldest first",
  request: { params, query: page },
  responses: answer(listOf(synthesisSchema), "A page of versions; none if no run of the session reasons"),
});
const findings = createRoute({
  method: "get",
  path: "/api/sessions/{id}/findings",
  summary: "Biases and what monitors flagged in a reasoning session, oldest first",
  request: { params, query: page },
  responses: answer(listOf(findingSchema), "A page of findings; none if no run of the session reasons"),
});

export function sessionRoutes() {
  return router()
    .openapi(list, async (c) => c.json(await listSessions(c.get("ctx"), c.req.valid("query")), 200))
    .openapi(get, async (c) => c.json(await getSession(c.get("ctx"), c.req.valid("param").id), 200))
    .openapi(steps, async (c) => {
      const { id } = c.req.valid("param");
      return c.json(await listReasoning(c.get("ctx"), id, "steps", c.req.valid("query")), 200);
    })
    .openapi(synthesis, async (c) => {
      const { id } = c.req.valid("param");
      return c.json(await listReasoning(c.get("ctx"), id, "synthesis", c.req.valid("query")), 200);
    })
    .openapi(findings, async (c) => {
      const { id } = c.req.valid("param");
      return c.json(await listReasoning(c.get("ctx"), id, "findings", c.req.valid("query")), 200);
    })
    .get("/api/sessions/:id/subscribe", (c) => subscribeToReasoning(c.get("ctx"), c.req.param("id"), c.req.raw));
}
