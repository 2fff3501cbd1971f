import { z } from "@hono/zod-openapi";

const text = z.string().trim().min(1).max(10_000);
const about = {
  author: z.string().min(1).max(500).optional().openapi({ description: "Who says so, in your words" }),
  span_id: z.string().min(1).max(128).optional().openapi({ description: "One span of the run; all of it if left out" }),
};

export const noteSchema = z.strictObject({ text, ...about });

export const scoreSchema = z.strictObject({
  name: z.string().trim().min(1).max(500).openapi({ example: "helpfulness" }),
  value: z.union([z.number(), z.string().min(1).max(1_000), z.boolean()]).openapi({ example: 0.8 }),
  comment: text.optional(),
  ...about,
});

const place = {
  seq: z.number().int().openapi({ description: "Where it lies in the run's log" }),
  time: z.string().openapi({ format: "date-time" }),
};
const said = {
  author: z.string().optional(),
  span_id: z.string().optional().openapi({ description: "The span that it is about; all of the run if left out" }),
};

/** What is said about a run, by people, agents and monitors. What its writer added stands beside these fields. */
export const annotationSchema = z
  .discriminatedUnion("kind", [
    z.looseObject({ kind: z.literal("note"), ...place, text: z.string(), ...said }),
    z.looseObject({
      kind: z.literal("score"),
      ...place,
      name: z.string(),
      value: z.union([z.number(), z.string(), z.boolean()]),
      comment: z.string().optional(),
      ...said,
    }),
    z.looseObject({
      kind: z.literal("finding"),
      ...place,
      monitor: z.string().openapi({ example: "circular" }),
      reason: z.string(),
      sign: z.string().optional().openapi({ description: "By what the monitor knew it: docs/monitors.md" }),
      severity: z.string().optional().openapi({ example: "medium" }),
      score: z.number().optional(),
      threshold: z.number().optional(),
      step: z.number().optional().openapi({ description: "The model call at which it shows, from 1" }),
      span_ids: z.array(z.string()).optional().openapi({ description: "The spans that it is about" }),
    }),
  ])
  .openapi("Annotation");
export type Annotation = z.infer<typeof annotationSchema>;

export const annotatedSchema = z.object({
  run_id: z.string(),
  seq: z.number().int().openapi({ description: "Where it lies in the run's log" }),
});
