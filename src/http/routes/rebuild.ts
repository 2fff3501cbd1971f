import { createRoute, z } from "@hono/zod-openapi";
import { jobSchema } from "../../domain/jobs/schema.ts";
import { startRebuild } from "../../domain/rebuild/start.ts";
import { accepted, router } from "../openapi.ts";

const recount = z
  .boolean()
  .optional()
  .openapi({ description: "Counts the sums behind analytics anew, too, and then shows those" });

const rebuild = createRoute({
  method: "post",
  path: "/api/rebuild",
  summary: "Makes the projections of a run, the project or the whole deployment anew from the log",
  request: {
    body: {
      content: {
        "application/json": {
          schema: z.discriminatedUnion("scope", [
            z.strictObject({ scope: z.literal("run"), run_id: z.string().min(1).max(128) }),
            z.strictObject({ scope: z.literal("project"), recount }),
            z.strictObject({ scope: z.literal("deployment"), recount }),
          ]),
        },
      },
      required: true,
    },
  },
  responses: accepted(jobSchema, "The job"),
});

export function rebuildRoutes() {
  return router().openapi(rebuild, async (c) => c.json(await startRebuild(c.get("ctx"), c.req.valid("json")), 202));
}
