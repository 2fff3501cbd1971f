import { z } from "@hono/zod-openapi";
import { artifactSchema } from "../artifacts/schema.ts";
import { deadLetterSchema } from "../dead-letters/schema.ts";
import { jobSchema } from "../jobs/schema.ts";
import { llmCallSchema, runSchema } from "../runs/schema.ts";
import { sessionSchema } from "../sessions/schema.ts";

/** A model call away from its run: it says which one that is. */
const boardCallSchema = llmCallSchema
  .extend({ run_id: z.string(), url: z.string().openapi({ description: "The run's page in the dashboard" }) })
  .openapi("BoardLlmCall");
export type BoardCall = z.infer<typeof boardCallSchema>;

const lowerBound = (what: string) =>
  z.boolean().openapi({ description: `${what} are at least so many: counting all of them would need a scan` });

const card = <E extends string, T extends z.ZodType>(entity: E, row: T) =>
  z
    .object({
      entity: z.literal(entity),
      description: z.string(),
      count: z.number().int(),
      count_is_lower_bound: lowerBound("The rows"),
      newest_at: z.string().nullable().openapi({ format: "date-time" }),
      per_minute: z
        .number()
        .int()
        .nullable()
        .openapi({ description: "Rows of the last minute; null where that cannot be known cheaply" }),
      per_minute_is_lower_bound: lowerBound("Those of the last minute"),
      newest: z.array(row),
    })
    .openapi(`${entity}Card`);

export const runCardSchema = card("Run", runSchema);
export const sessionCardSchema = card("Session", sessionSchema);
export const callCardSchema = card("LlmCall", boardCallSchema);
export const artifactCardSchema = card("Artifact", artifactSchema);
export const jobCardSchema = card("Job", jobSchema);
export const letterCardSchema = card("DeadLetter", deadLetterSchema);

/** A kind of rows that Runlight stores and shows live. */
const cardSchema = z.discriminatedUnion("entity", [
  runCardSchema,
  sessionCardSchema,
  callCardSchema,
  artifactCardSchema,
  jobCardSchema,
  letterCardSchema,
]);
export type Card = z.infer<typeof cardSchema>;
export const entitiesSchema = z.object({ data: z.array(cardSchema) }).openapi("Entities");

const tokens = z.number().int().nullable().openapi({ description: "null = no run reported any" });

export const statsSchema = z
  .object({
    run_count: z.number().int(),
    run_count_is_lower_bound: lowerBound("The project's runs"),
    last_24_hours: z
      .object({
        is_lower_bound: lowerBound("All figures of the last 24 hours but the cost"),
        run_count: z
          .number()
          .int()
          .openapi({ description: "Runs that started in these hours; all that follows is theirs" }),
        running_run_count: z.number().int(),
        failed_run_count: z.number().int(),
        span_count: z.number().int(),
        error_count: z.number().int().openapi({ description: "Failed spans" }),
        llm_call_count: z.number().int(),
        tool_call_count: z.number().int(),
        input_tokens: tokens,
        cached_input_tokens: tokens,
        cache_write_tokens: tokens,
        output_tokens: tokens,
        reasoning_tokens: tokens,
        cost_usd: z.number().nullable().openapi({
          description: "US dollars; null = the cost of some run is not known, or the figures are a lower bound",
        }),
        known_cost_usd: z.number().nullable().openapi({ description: "US dollars of the calls whose cost is known" }),
        unpriced_run_count: z.number().int().openapi({ description: "Runs whose cost is not known" }),
      })
      .openapi({ description: "Sums over the runs that started in the last 24 hours" }),
    artifact_count: z.number().int().openapi({ description: "Files of runs, each name of a run once" }),
    artifact_count_is_lower_bound: lowerBound("These files"),
    jobs: z.object({
      active: z.number().int(),
      failed: z.number().int(),
    }),
    dead_letters: z.object({
      waiting: z.number().int().openapi({ description: "Letters that were not replayed" }),
      waiting_is_lower_bound: lowerBound("These letters"),
    }),
    connected_clients: z.number().int().openapi({ description: "Who watches the project's live board" }),
    projection: z.object({
      waiting: z.number().int().openapi({ description: "Requests whose events are not in the lists yet" }),
      waiting_ms: z.number().openapi({ description: "Age of the oldest of them" }),
    }),
    dropped: z
      .object({ log_records: z.number().int(), data_points: z.number().int() })
      .openapi({ description: "What clients sent over OTLP and Runlight does not keep: other logs, and metrics" }),
  })
  .openapi("Stats");
export type Stats = z.infer<typeof statsSchema>;
