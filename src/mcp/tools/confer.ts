import { z } from "@hono/zod-openapi";
import { confer as ask } from "../../domain/reasoning/confer.ts";
import { defineTool } from "../tool.ts";
import {
  callOf,
  callOutput,
  fileArgs,
  filesOf,
  filesOutput,
  modelArgs,
  sessionArgs,
  sessionOf,
  sessionOutput,
  thoughtText,
} from "./reasoning-parts.ts";

export const confer = defineTool({
  name: "confer",
  title: "Confer with another model",
  description:
    "Asks another language model for its opinion and keeps the conversation: give the continuation_id of the answer to go on with it, also days later. " +
    "For a second view, a review, a question outside of your own strengths. For several steps of thought use traced_reasoning.",
  scope: "write",
  input: z.object({
    message: thoughtText,
    use_mini: z.boolean().default(false).describe("The same as model mini: quick and cheap"),
    ...modelArgs,
    ...fileArgs,
    ...sessionArgs,
  }),
  output: z.object({ response: z.string(), turn: z.number().int(), ...callOutput, ...filesOutput, ...sessionOutput }),
  effects: { changes: true, outside: true },
  async run(ctx, args, call) {
    const { state, answer, files } = await ask(ctx, args, call);
    return {
      response: answer.text,
      turn: state.steps.length,
      ...callOf(answer),
      ...filesOf(files),
      ...sessionOf(state, call.origin),
    };
  },
  text({ response, notes, continuation_id, url, model_used }) {
    return [response, ...notes, `(${model_used}; continuation_id ${continuation_id}; ${url})`].join("\n\n");
  },
});
