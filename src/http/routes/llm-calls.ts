import { createRoute, z } from "@hono/zod-openapi";
import { listAllCalls } from "../../domain/llm-calls/list.ts";
import { foundCallSchema } from "../../domain/llm-calls/schema.ts";
import { listOf } from "../../domain/runs/schema.ts";
import { answer, router } from "../openapi.ts";

const text = z.string().min(1).max(1000);
const amount = z.coerce.number().min(0).max(1e9);
const tokens = z.coerce.number().int().min(0).max(1e12);
const flag = z.enum(["true", "false", "1", "0"]).transform((word) => word === "true" || word === "1");

const list = createRoute({
  method: "get",
  path: "/api/llm-calls",
  summary: "Model calls of all runs",
  description:
    "By the start of their run and then their own, newest first; as of the last projection. A request looks at a bounded number of runs, so that a page may be short or empty with a next_cursor: go on until that is null.",
  request: {
    query: z.object({
      model: text.optional(),
      provider: text.optional(),
      operation: text.optional(),
      status: z.enum(["ok", "error"]).optional(),
      service: text.optional().openapi({ description: "The run's, as user_id and session_id" }),
      user_id: text.optional(),
      session_id: text.optional(),
      from: text.optional().openapi({ description: "The call's start: RFC 3339, inclusive" }),
      to: text.optional().openapi({ description: "RFC 3339, exclusive" }),
      min_cost_usd: amount.optional().openapi({ description: "Calls that do not know a value are in no range of it" }),
      max_cost_usd: amount.optional(),
      min_duration_ms: amount.optional(),
      max_duration_ms: amount.optional(),
      min_tokens: tokens.optional().openapi({ description: "In and out together" }),
      max_tokens: tokens.optional(),
      unpriced: flag.optional().openapi({ description: "Whether it cost something and nobody knows what" }),
      limit: z.coerce.number().int().min(1).max(200).default(50),
      cursor: text
        .max(2000)
        .optional()
        .openapi({ description: "next_cursor of the page before, with the same filter" }),
    }),
  },
  responses: answer(listOf(foundCallSchema), "A page of calls"),
});

export function llmCallRoutes() {
  return router().openapi(list, async (c) => c.json(await listAllCalls(c.get("ctx"), c.req.valid("query")), 200));
}
