import { z } from "@hono/zod-openapi";
import { RECORDING_SCOPES, writeEvents } from "../../domain/runs/write-events.ts";
import { RUN_KINDS } from "../../events/event.ts";
import { newRunId } from "../../http/run-id.ts";
import { defineTool } from "../tool.ts";

/** Events of a call: more would not fit into the arguments of a model anyway. */
const MOST_EVENTS = 200;

const label = z.string().min(1).max(500);

const TYPES = `Types and their data (AG-UI's, and ours):
STEP_STARTED, STEP_FINISHED {stepName}
TOOL_CALL_START {toolCallId, toolCallName}; TOOL_CALL_ARGS {toolCallId, delta: JSON as text}; TOOL_CALL_RESULT {toolCallId, messageId, content}
TEXT_MESSAGE_CHUNK {messageId, role, delta}
REASONING_STEP {step: 1.., thought, confidence?: 0..1}; SYNTHESIS_UPDATED {synthesis, version}
SPAN {span_id: 16 hex digits, parent_span_id?, name, start_time_unix_nano, end_time_unix_nano: digits as text, status?: {code: "ok"|"error", message?}, attributes?} - a model call with gen_ai.operation.name, gen_ai.provider.name, gen_ai.request.model, gen_ai.usage.input_tokens and gen_ai.usage.output_tokens is priced
CLARIFICATION_NEEDED {question}; CLARIFICATION_GIVEN {answer}
STATE_SNAPSHOT {snapshot}; CUSTOM {name, value} for anything else`;

export const writeEventsTool = defineTool({
  name: "write_events",
  title: "Write events",
  description: `Records your own run without an SDK: begins it (leave run_id out the first time and keep the one you are given), appends what happened, and ends it with finish. Either all of a call is written or nothing. People see it live at the url.\n${TYPES}`,
  // A key that may send traces may record a run; an OAuth token has only `write` for that.
  scope: RECORDING_SCOPES,
  input: z.object({
    run_id: newRunId.optional().describe("Of a run to go on with; one that does not exist begins with this id"),
    name: label.optional().describe("For a new run: a few words that say what it does"),
    kind: z.enum(RUN_KINDS).optional().describe("For a new run; agent if left out"),
    session_id: label.optional().describe("For a new run: the conversation it belongs to"),
    parent_run_id: label.optional().describe("For a new run: the run that began it"),
    input: z.string().min(1).max(100_000).optional().describe("For a new run: what it was asked"),
    events: z
      .array(
        z.strictObject({
          type: label,
          data: z.record(z.string(), z.unknown()).default({}),
          time: label.optional().describe("RFC 3339; now if left out"),
          id: label.optional().describe("The same id again in one run is the same event"),
        }),
      )
      .max(MOST_EVENTS)
      .default([]),
    finish: z
      .strictObject({
        status: z.enum(["success", "error", "cancelled"]),
        result: z.unknown().optional().describe("The answer, or what went wrong"),
      })
      .optional()
      .describe("Ends the run"),
    idempotency_key: z
      .string()
      .min(1)
      .max(200)
      .optional()
      .describe("A name of your own for this call: sent again with it, it is written once"),
  }),
  output: z.object({
    run_id: z.string(),
    created: z.boolean(),
    first_seq: z.number().int().nullable().describe("Where the events lie in the run's log; null if it had them all"),
    last_seq: z.number().int().nullable(),
    skipped: z.number().int().describe("Events that the log had already"),
    warning: z.string().optional(),
    url: z.string(),
  }),
  effects: { changes: true },
  async run(ctx, args, { origin }) {
    const written = await writeEvents(ctx, args);
    return { ...written, url: origin + written.url };
  },
});
