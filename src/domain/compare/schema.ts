import { z } from "@hono/zod-openapi";
import { RUN_STATUSES } from "../../events/event.ts";

/** How long a comparison may be, with the values of a model that asks. */
export const compareLimits = {
  limit: { least: 1, most: 50, usual: 8 },
  max_chars: { least: 4_000, most: 100_000, usual: 8_000 },
} as const;

export interface CompareQuery {
  /** Entries of each list at the most. */
  limit: number;
  /** Characters of the comparison as JSON; a quarter of them is for the outputs. */
  max_chars: number;
}

const count = z.number().int();
const amount = z.number().nullable();

const sideSchema = z.object({
  id: z.string(),
  name: z.string(),
  status: z.enum(RUN_STATUSES),
  started_at: z.string(),
  service: z.string().nullable(),
  version: z.string().nullable(),
  span_count: count,
  url: z.string(),
});

const totalSchema = z.object({
  a: amount,
  b: amount,
  change: amount.openapi({ description: "b - a; null if one is not known" }),
  change_percent: amount,
});

const aloneSchema = z.object({
  path: z.string().openapi({
    description:
      "What the spans from the root on are called; `*` stands for a model, `a / b` for what is called differently",
  }),
  times: count,
  span_ids: z.array(z.string()),
  spans: count.openapi({ description: "With all that lies below" }),
  duration_ms: z.number(),
});

const changeSchema = z.object({
  path: z.string(),
  a_span_id: z.string().nullable().openapi({ description: "null = there is none" }),
  b_span_id: z.string().nullable(),
  a: amount,
  b: amount,
  change: z.number(),
});

export const comparisonSchema = z
  .object({
    a: sideSchema,
    b: sideSchema,
    summary: z.array(z.string()),
    totals: z.record(z.string(), totalSchema).openapi({ description: "The unit is at the end of each name" }),
    models: z.object({ only_a: z.array(z.string()), only_b: z.array(z.string()), both: z.array(z.string()) }),
    path: z.object({
      aligned: count.openapi({ description: "Spans that both runs have in the same place" }),
      only_a: z.array(aloneSchema),
      only_b: z.array(aloneSchema),
      repeated: z
        .array(z.object({ path: z.string(), a_times: count, b_times: count }))
        .openapi({ description: "In both, but not equally often" }),
      moved: z
        .array(z.object({ path: z.string(), a_span_id: z.string(), b_span_id: z.string() }))
        .openapi({ description: "In another order" }),
    }),
    status_changes: z.array(
      z.object({
        path: z.string(),
        a_span_id: z.string(),
        b_span_id: z.string(),
        a: z.string(),
        b: z.string(),
        message: z.string().nullable(),
      }),
    ),
    biggest: z
      .object({
        own_ms: z.array(changeSchema).openapi({ description: "What a span alone kept the run waiting, milliseconds" }),
        cost_usd: z.array(changeSchema),
        tokens: z.array(changeSchema).openapi({ description: "In and out together" }),
      })
      .openapi({ description: "Span by span; what only one run has is counted with all that lies below it" }),
    output: z
      .object({
        same: z.boolean(),
        a_chars: count,
        b_chars: count,
        compared_chars: count.openapi({ description: "From the beginning of each" }),
        similarity: z
          .number()
          .nullable()
          .openapi({ description: "Share of the characters that both have; null if they differ in too many places" }),
        diff: z
          .string()
          .nullable()
          .openapi({ description: "Lines with - (only a) and + (only b), or words as [-only a-]{+only b+}" }),
        left_out_chars: count.openapi({
          description: "Of what differs, for want of room: see get_span, or raise max_chars",
        }),
      })
      .nullable()
      .openapi({ description: "null if neither run gave anything that is known" }),
    left_out: count.openapi({ description: "Entries of the lists above that are not shown: raise limit or max_chars" }),
  })
  .openapi("RunComparison");
export type Comparison = z.infer<typeof comparisonSchema>;
