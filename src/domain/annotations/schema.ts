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

export const annotatedSchema = z.object({
  run_id: z.string(),
  seq: z.number().int().openapi({ description: "Where it lies in the run's log" }),
});
