import { randomBytes } from "node:crypto";
import type { AppError } from "../../errors.ts";
import { nanoFromMs } from "../../events/nano.ts";
import type { ModelMessage, ModelRequest } from "../../models/answer.ts";
import type { Completion } from "../../models/complete.ts";
import type { ModelConfig } from "../../models/config.ts";
import type { ModelRef } from "../../models/resolve.ts";
import type { NewEvent } from "../runs/append-events.ts";
import type { ReasoningTool } from "./events.ts";
import { rootSpanId } from "./session-id.ts";
import type { SessionState } from "./state.ts";

/** A model call that is under way. */
export interface CallSpan {
  spanId: string;
  startedAt: number;
  sessionId: string;
  ref: ModelRef;
  provider: string;
}

export function beginCall(sessionId: string, config: ModelConfig, ref: ModelRef): CallSpan {
  const spanId = randomBytes(8).toString("hex");
  return { spanId, startedAt: Date.now(), sessionId, ref, provider: providerName(config, ref) };
}

/**
 * The provider as spans name it, by which prices are found. Behind OPENAI_BASE_URL it may be anybody: then it is the host, so
 * that a model of the same name elsewhere is not given OpenAI's price.
 */
function providerName({ openai }: ModelConfig, { provider }: ModelRef): string {
  if (provider !== "openai" || openai === null || openai.baseUrl.includes("openai")) return provider;
  return URL.canParse(openai.baseUrl) ? new URL(openai.baseUrl).hostname : provider;
}

const text = ({ role, content }: ModelMessage) => ({ role, parts: [{ type: "text", content }] });

const SHARED = { resource: { "service.name": "runlight" }, scope: { name: "runlight.reasoning" } };

function head({ spanId, startedAt, sessionId, ref, provider }: CallSpan) {
  return {
    ...SHARED,
    span_id: spanId,
    parent_span_id: rootSpanId(sessionId),
    name: `chat ${ref.model}`,
    kind: "client",
    start_time_unix_nano: nanoFromMs(startedAt),
    attributes: {
      "gen_ai.operation.name": "chat",
      "gen_ai.provider.name": provider,
      "gen_ai.request.model": ref.model,
      "gen_ai.conversation.id": sessionId,
    },
  };
}

/** That the call has begun, and with the first the span that holds all calls: who watches sees them at work. */
export function callStarted(state: SessionState, tool: ReasoningTool, call: CallSpan): NewEvent[] {
  const started: NewEvent = { type: "SPAN_STARTED", data: head(call) };
  if (state.rootStarted !== null) return [started];
  return [{ type: "SPAN_STARTED", data: rootHead(state, tool, nanoFromMs(call.startedAt)) }, started];
}

function rootHead({ id }: SessionState, name: string, start: string) {
  return { ...SHARED, span_id: rootSpanId(id), name, start_time_unix_nano: start };
}

/** The end of the span that holds the calls, at the session's first end; a session that goes on leaves it as it is. */
export function rootEnded(state: SessionState): NewEvent[] {
  if (state.rootStarted === null || state.rootEnded) return [];
  const data = {
    ...rootHead(state, state.tool ?? "reasoning", state.rootStarted),
    end_time_unix_nano: nanoFromMs(Date.now()),
    status: { code: "ok" },
  };
  return [{ type: "SPAN", data }];
}

/** The call that ended well, or with the error. */
export function callEnded(call: CallSpan, request: ModelRequest, outcome: Completion | AppError): NewEvent {
  const start = head(call);
  const failed = outcome instanceof Error;
  const attributes = {
    ...start.attributes,
    ...(request.temperature === undefined ? {} : { "gen_ai.request.temperature": request.temperature }),
    "gen_ai.system_instructions": JSON.stringify([{ type: "text", content: request.system }]),
    "gen_ai.input.messages": JSON.stringify(request.messages.map(text)),
    ...(failed ? { "error.type": outcome.code } : answerAttributes(call, outcome)),
  };
  return {
    type: "SPAN",
    data: {
      ...start,
      end_time_unix_nano: nanoFromMs(Date.now()),
      status: failed ? { code: "error", message: outcome.message } : { code: "ok" },
      attributes,
    },
  };
}

function answerAttributes({ startedAt }: CallSpan, completion: Completion) {
  const { model, id, finish, usage, firstTextAt } = completion;
  const said = { ...text({ role: "assistant", content: completion.text }), finish_reason: finish };
  const given = {
    "gen_ai.response.model": model,
    "gen_ai.response.id": id,
    "gen_ai.response.finish_reasons": finish === null ? null : [finish],
    "gen_ai.response.time_to_first_chunk": firstTextAt === null ? null : (firstTextAt - startedAt) / 1000,
    "gen_ai.usage.input_tokens": usage.input,
    "gen_ai.usage.cache_read.input_tokens": usage.cached,
    "gen_ai.usage.cache_creation.input_tokens": usage.cacheWrite,
    "gen_ai.usage.output_tokens": usage.output,
    "gen_ai.usage.reasoning.output_tokens": usage.reasoning,
    "gen_ai.output.messages": JSON.stringify([said]),
  };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== null));
}
