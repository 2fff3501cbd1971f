import { createRoute, z } from "@hono/zod-openapi";
import { addNote, addScore } from "../../domain/annotations/annotate.ts";
import { listAnnotations } from "../../domain/annotations/list.ts";
import { annotatedSchema, annotationSchema, noteSchema, scoreSchema } from "../../domain/annotations/schema.ts";
import { answer, created, router } from "../openapi.ts";

const json = <T extends z.ZodType>(schema: T) => ({ required: true, content: { "application/json": { schema } } });
const params = z.object({ id: z.string().min(1).max(128) });

const list = createRoute({
  method: "get",
  path: "/api/runs/{id}/annotations",
  summary: "What was said about a run: notes, scores, and what monitors found",
  request: { params },
  responses: answer(
    z.object({ data: z.array(annotationSchema), next_cursor: z.null() }),
    "The newest 1,000, in the order of the log",
  ),
});
const note = createRoute({
  method: "post",
  path: "/api/runs/{id}/notes",
  summary: "Write a note about a run or one of its spans",
  request: { params, body: json(noteSchema) },
  responses: created(annotatedSchema, "Where it is"),
});
const score = createRoute({
  method: "post",
  path: "/api/runs/{id}/scores",
  summary: "Give a run or one of its spans a score",
  request: { params, body: json(scoreSchema) },
  responses: created(annotatedSchema, "Where it is"),
});

export function annotationRoutes() {
  return router()
    .openapi(list, async (c) => c.json(await listAnnotations(c.get("ctx"), c.req.valid("param").id), 200))
    .openapi(note, async (c) => c.json(await addNote(c.get("ctx"), c.req.valid("param").id, c.req.valid("json")), 201))
    .openapi(score, async (c) =>
      c.json(await addScore(c.get("ctx"), c.req.valid("param").id, c.req.valid("json")), 201),
    );
}
