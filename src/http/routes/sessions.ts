import { createRoute, z } from "@hono/zod-openapi";
import { listOf } from "../../domain/runs/schema.ts";
import { getSession } from "../../domain/sessions/get.ts";
import { listSessions } from "../../domain/sessions/list.ts";
import { sessionSchema } from "../../domain/sessions/schema.ts";
import { answer, router } from "../openapi.ts";

const text = z.string().min(1).max(1000);

const list = createRoute({
  method: "get",
  path: "/api/sessions",
  summary: "Sessions with their sums, the newest first",
  request: {
    query: z.object({
      user_id: text.optional().openapi({ description: "Only sessions with a run of this user" }),
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
  request: { params: z.object({ id: text }) },
  responses: answer(sessionSchema, "The session"),
});

export function sessionRoutes() {
  return router()
    .openapi(list, async (c) => c.json(await listSessions(c.get("ctx"), c.req.valid("query")), 200))
    .openapi(get, async (c) => c.json(await getSession(c.get("ctx"), c.req.valid("param").id), 200));
}
