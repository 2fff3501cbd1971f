import { z } from "@hono/zod-openapi";
import { findErrors, MOST_RUNS } from "../../domain/errors/find.ts";
import { errorGroupSchema, errorsSchema } from "../../domain/errors/schema.ts";
import { MAX_VALUES } from "../../domain/runs/filter.ts";
import { RUN_KINDS } from "../../events/event.ts";
import { shortened } from "../brief.ts";
import { defineTool } from "../tool.ts";

/** Characters of a message as it was sent. */
const MESSAGE_CHARS = 240;

const time = z.string().min(1).max(100);
const anyOf = z.array(z.string().min(1).max(1000)).max(MAX_VALUES).optional();

export const findErrorsTool = defineTool({
  name: "find_errors",
  title: "Find errors",
  description:
    "What went wrong lately, by cause: failed spans of the newest runs with an error, grouped by their message without numbers and ids, by exception and span name. " +
    "Each group says how often, since when, where, and has examples: explain_run with an example's run_id says what came after, get_span what the span was given.",
  scope: "read",
  input: z.strictObject({
    filter: z
      .strictObject({
        kind: z.array(z.enum(RUN_KINDS)).max(MAX_VALUES).optional(),
        service: anyOf,
        environment: anyOf,
        model: anyOf,
        provider: anyOf,
        tool: anyOf,
        tag: anyOf,
        session_id: anyOf,
        user_id: anyOf,
        name: anyOf,
      })
      .optional()
      .describe("Of the runs; several values of a field = any of them"),
    from: time.optional().describe("RFC 3339, inclusive; a day before `to` if left out"),
    to: time.optional().describe("RFC 3339, exclusive; now if left out"),
    limit: z.number().int().min(1).max(50).default(8).describe("Groups"),
    max_runs: z.number().int().min(1).max(MOST_RUNS).default(50).describe("Runs to look at, the newest"),
  }),
  output: z.object({
    ...errorsSchema.omit({ data: true }).shape,
    groups: z.array(errorGroupSchema),
  }),
  async run(ctx, { filter = {}, ...args }) {
    const { data, ...found } = await findErrors(ctx, { ...filter, ...args });
    const groups = data.map((group) => ({
      ...group,
      examples: group.examples.map((example) => ({ ...example, message: shortened(example.message, MESSAGE_CHARS) })),
    }));
    return { ...found, groups };
  },
});
