import { z } from "@hono/zod-openapi";
import { MAX_VALUES, RUN_SORTS } from "../domain/runs/filter.ts";
import { RUN_KINDS, RUN_STATUSES } from "../events/event.ts";

const text = z.string().min(1).max(1000);
const flag = z.enum(["true", "false", "1", "0"]).transform((word) => word === "true" || word === "1");
const amount = z.coerce.number().min(0).max(1e9);

/** One value or several of a parameter, as a list. */
function several<T extends z.ZodType>(value: T, description = "Repeat it for any of several") {
  return z
    .union([value.transform((one) => [one]), z.array(value).max(MAX_VALUES)])
    .optional()
    .openapi({ description });
}

/** What a list of runs is narrowed to. */
export const runFilterQuery = z.object({
  kind: several(z.enum(RUN_KINDS)),
  status: several(z.enum(RUN_STATUSES)),
  service: several(text),
  environment: several(text),
  model: several(text),
  provider: several(text),
  tool: several(text),
  tag: several(text, "Repeat it for all of several"),
  session_id: several(text),
  parent_run_id: several(text),
  user_id: several(text),
  name: several(text),
  from: text.optional().openapi({ description: "RFC 3339, inclusive" }),
  to: text.optional().openapi({ description: "RFC 3339, exclusive" }),
  min_cost: amount.optional().openapi({ description: "US dollars; runs whose cost is not known are in no range" }),
  max_cost: amount.optional(),
  min_duration_ms: amount.optional(),
  max_duration_ms: amount.optional(),
  has_error: flag.optional(),
});

/** A page of such a list. */
export const runListQuery = runFilterQuery.extend({
  q: z.string().min(1).max(500).optional().openapi({
    description:
      'Full text: words, "phrases", beginnings*, -without. Sorted by start only; a page may be short of its limit',
    example: 'refund "card declined" -test',
  }),
  sort: z
    .enum(RUN_SORTS)
    .default("started_at")
    .openapi({ description: "Runs that do not know the value come last in either order, newest first" }),
  order: z.enum(["asc", "desc"]).default("desc"),
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z
    .string()
    .min(1)
    .max(1000)
    .optional()
    .openapi({ description: "next_cursor of the page before, with the same sort and order" }),
});
