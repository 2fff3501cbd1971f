import { z } from "@hono/zod-openapi";
import { llmCallSchema } from "../runs/schema.ts";

/** A model call away from its run: it says which one that is. */
export const foundCallSchema = llmCallSchema
  .extend({
    run_id: z.string(),
    run_name: z.string(),
    service: z.string().nullable().openapi({ description: "The run's" }),
    url: z.string().openapi({ description: "The call in its run's page in the dashboard" }),
  })
  .openapi("FoundLlmCall");
export type FoundCall = z.infer<typeof foundCallSchema>;
