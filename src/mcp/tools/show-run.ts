import { z } from "@hono/zod-openapi";
import { getRun } from "../../domain/runs/get.ts";
import { WITH_VIEW } from "../app/view.ts";
import { briefRun, briefRunSchema } from "../brief.ts";
import { idArg } from "../ids.ts";
import { defineTool } from "../tool.ts";

export const showRun = defineTool({
  name: "show_run",
  title: "Show a run's waterfall",
  description:
    "Shows a person the waterfall of a run inside the chat, live while the run goes on; in clients without views it answers with the link. " +
    "For reading a run yourself use get_run.",
  scope: "read",
  input: z.object({ id: idArg.describe("A run's id, from search_runs") }),
  output: z.object({ run: briefRunSchema }),
  meta: WITH_VIEW,
  async run(ctx, { id }, { origin }) {
    return { run: briefRun(await getRun(ctx, id), origin) };
  },
  text: ({ run }) => `${run.name} (${run.status}): ${run.url}`,
});
