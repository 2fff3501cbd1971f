import { z } from "@hono/zod-openapi";
import { addNote, addScore } from "../../domain/annotations/annotate.ts";
import { annotatedSchema, scoreSchema } from "../../domain/annotations/schema.ts";
import { AppError } from "../../errors.ts";
import { idArg } from "../ids.ts";
import { defineTool } from "../tool.ts";

const { name, value, comment } = scoreSchema.shape;

export const annotateRun = defineTool({
  name: "annotate_run",
  title: "Annotate a run",
  description:
    "Writes a note, a score or both about a run or one of its spans, for people and agents who look at it later: a verdict, a cause you found, a rating. " +
    "Nothing of the run itself changes, and nothing that was written before is replaced.",
  scope: "write",
  input: z.object({
    run_id: idArg,
    note: z.string().trim().min(1).max(10_000).optional().describe("Plain text or Markdown"),
    score: z
      .strictObject({ name, value, comment })
      .optional()
      .describe('Such as {"name": "helpfulness", "value": 0.8}; value is a number, a word or true/false'),
    span_id: idArg.optional().describe("What it is about; the whole run if left out"),
    author: z.string().min(1).max(500).optional().describe("Who says so: your name or model"),
  }),
  output: z.object({
    run_id: z.string(),
    note_seq: annotatedSchema.shape.seq.optional(),
    score_seq: annotatedSchema.shape.seq.optional(),
  }),
  effects: { changes: true },
  async run(ctx, { run_id, note, score, ...about }) {
    if (note === undefined && score === undefined) {
      throw new AppError("invalid_request", 'Give a "note", a "score" or both: there is nothing to write.');
    }
    const written = note === undefined ? undefined : await addNote(ctx, run_id, { text: note, ...about });
    const scored = score === undefined ? undefined : await addScore(ctx, run_id, { ...score, ...about });
    return {
      run_id,
      ...(written ? { note_seq: written.seq } : {}),
      ...(scored ? { score_seq: scored.seq } : {}),
    };
  },
});
