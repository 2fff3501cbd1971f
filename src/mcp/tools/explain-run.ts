import { z } from "@hono/zod-openapi";
import { explainRun } from "../../domain/explain/explain.ts";
import { explanationSchema, FOCUSES } from "../../domain/explain/finding.ts";
import { idArg } from "../ids.ts";
import { defineTool } from "../tool.ts";

export const explainRunTool = defineTool({
  name: "explain_run",
  title: "Explain a run",
  description:
    "Why a run was slow, costly or failed, computed from its spans: the critical path, failed spans and what came after, retries, repeated calls, gaps in which nothing ran, expensive calls, " +
    "uncached and growing prompts, long outputs, unknown costs, what is still running. Each finding has span ids, numbers and a suggestion; get_span shows such a span.",
  scope: "read",
  input: z.object({
    id: idArg.describe("A run's id, from search_runs"),
    focus: z.enum(FOCUSES).optional().describe("Only what has to do with it"),
    limit: z.number().int().min(1).max(50).default(8).describe("Findings, the most severe first"),
  }),
  output: explanationSchema.extend({ url: z.string() }),
  async run(ctx, { id, ...query }, { origin }) {
    const explanation = await explainRun(ctx, id, query);
    return { ...explanation, url: `${origin}/runs/${encodeURIComponent(explanation.run_id)}` };
  },
});
