import { createRoute, z } from "@hono/zod-openapi";
import { startDeletion } from "../../domain/deletion/start.ts";
import { jobSchema } from "../../domain/jobs/schema.ts";
import { accepted, router } from "../openapi.ts";

const WHAT = "rows, events, artifacts, and what sums and search have of it";

const run = createRoute({
  method: "delete",
  path: "/api/runs/{id}",
  summary: `Deletes a run: ${WHAT}`,
  request: { params: z.object({ id: z.string().min(1).max(128) }) },
  responses: accepted(jobSchema, "The job"),
});
const session = createRoute({
  method: "delete",
  path: "/api/sessions/{id}",
  summary: "Deletes every run of a session",
  request: { params: z.object({ id: z.string().min(1).max(500) }) },
  responses: accepted(jobSchema, "The job"),
});
const user = createRoute({
  method: "delete",
  path: "/api/users/{id}",
  summary: "Deletes every run of a user",
  request: { params: z.object({ id: z.string().min(1).max(500) }) },
  responses: accepted(jobSchema, "The job"),
});

export function deletionRoutes() {
  return router()
    .openapi(run, async (c) => c.json(await startDeletion(c.get("ctx"), { run_id: c.req.valid("param").id }), 202))
    .openapi(session, async (c) =>
      c.json(await startDeletion(c.get("ctx"), { session_id: c.req.valid("param").id }), 202),
    )
    .openapi(user, async (c) => c.json(await startDeletion(c.get("ctx"), { user_id: c.req.valid("param").id }), 202));
}
