import { createRoute } from "@hono/zod-openapi";
import { listEntities } from "../../domain/board/entities.ts";
import { entitiesSchema, statsSchema } from "../../domain/board/schema.ts";
import { getStats } from "../../domain/board/stats.ts";
import { answer, router } from "../openapi.ts";

const entities = createRoute({
  method: "get",
  path: "/api/entities",
  summary: "The kinds of rows that Runlight stores and shows live, each with its newest rows",
  responses: answer(entitiesSchema, "The kinds"),
});
const stats = createRoute({
  method: "get",
  path: "/api/stats",
  summary: "Totals of the project",
  responses: answer(statsSchema, "The totals"),
});

export function boardRoutes() {
  return router()
    .openapi(entities, async (c) => c.json(await listEntities(c.get("ctx")), 200))
    .openapi(stats, async (c) => c.json(await getStats(c.get("ctx")), 200));
}
