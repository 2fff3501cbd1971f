import { createRoute, z } from "@hono/zod-openapi";
import { jobSchema } from "../../domain/jobs/schema.ts";
import { startMove } from "../../domain/shards/start.ts";
import { accepted, router } from "../openapi.ts";

const move = createRoute({
  method: "post",
  path: "/api/projects/{id}/move",
  summary: "Moves a project to another of the deployment's databases, while it is read and written",
  request: {
    params: z.object({ id: z.string().min(1).max(128) }),
    body: {
      content: {
        "application/json": {
          schema: z.strictObject({
            to: z
              .number()
              .int()
              .min(0)
              .max(9_999)
              .openapi({ description: "0 is the database DB, 1 is DB_1 and so on" }),
          }),
        },
      },
      required: true,
    },
  },
  responses: accepted(jobSchema, "The job"),
});

export function shardRoutes() {
  return router().openapi(move, async (c) =>
    c.json(await startMove(c.get("ctx"), c.req.valid("param").id, c.req.valid("json").to), 202),
  );
}
