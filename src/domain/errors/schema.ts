import { z } from "@hono/zod-openapi";
import { STEP_KINDS } from "../../events/span.ts";

const count = z.number().int();
const time = z.string().openapi({ format: "date-time" });

export const errorGroupSchema = z
  .object({
    message: z.string().openapi({ description: "What the messages have in common; '' if nothing was said" }),
    exception: z.string().nullable().openapi({ description: "error.type or exception.type" }),
    span_name: z.string().openapi({ description: "`*` stands for the model; RUN_ERROR is the run's own end" }),
    step: z.enum(STEP_KINDS).nullable(),
    count,
    run_count: count,
    first_seen: time,
    last_seen: time,
    services: z.array(z.string()),
    models: z.array(z.string()),
    examples: z
      .array(z.object({ run_id: z.string(), span_id: z.string().nullable(), time, message: z.string() }))
      .openapi({ description: "The newest, of different runs" }),
  })
  .openapi("ErrorGroup");
export type ErrorGroup = z.infer<typeof errorGroupSchema>;

export const errorsSchema = z
  .object({
    from: time,
    to: time,
    looked_at: z.object({
      runs: count.openapi({ description: "Runs with an error whose logs were read: the newest" }),
      failures: count.openapi({ description: "Failures that are causes; those that pass one on are left out" }),
      all: z.boolean().openapi({ description: "Whether these are all runs with an error of the range" }),
    }),
    data: z.array(errorGroupSchema),
    other_groups: count.openapi({ description: "Groups that are not listed" }),
  })
  .openapi("Errors");
export type Errors = z.infer<typeof errorsSchema>;
