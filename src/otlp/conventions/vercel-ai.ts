import type { Attributes, AttributeValue, StepKind } from "../../events/span.ts";
import type { Message, MessagePart, SpanContent } from "../model.ts";
import { type Convention, type FactsDraft, NO_CONTENT, setStep } from "./convention.ts";
import { requestMessages } from "./exchange.ts";
import { isObject, message, messages } from "./messages.ts";
import { addMetadata, addMetadataBelow } from "./metadata.ts";
import { addPromptOf } from "./prompts.ts";
import { readProviderMetadata } from "./provider-metadata.ts";
import { normaliseProvider } from "./providers.ts";
import { addUsage, type SentUsage, vercel5Usage, withApiUsage } from "./tokens.ts";
import { toolMessages } from "./tools.ts";
import { amount, count, jsonOrText, label, labels, parseJson, text } from "./values.ts";

/**
 * Vercel's AI SDK 5 and 6, and `LegacyOpenTelemetry` of 7: `ai.operationId` is on every span of it. Around each call to a
 * model (`ai.generateText.doGenerate`) lies the function that was called (`ai.generateText`), with the sum of the usage.
 * @see https://ai-sdk.dev/docs/ai-sdk-core/telemetry
 */
export const vercelAi: Convention = {
  name: "vercel_ai",

  detect({ attributes }) {
    return attributes["ai.operationId"] !== undefined;
  },

  read(draft, { attributes: a }) {
    const kind = kindOf(a["ai.operationId"]);
    setStep(draft, kind.step);
    draft.operation ??= kind.operation;
    draft.model ??= label(a["ai.response.model"]) ?? label(a["ai.model.id"]);
    const provider = label(a["ai.model.provider"]);
    if (provider !== undefined) draft.provider ??= normaliseProvider(provider);
    addUsage(draft, usageOf(a, kind.step, provider));
    draft.session_id ??=
      label(a["ai.telemetry.metadata.sessionId"]) ??
      label(a["ai.telemetry.metadata.session_id"]) ??
      label(a["ai.settings.context.sessionId"]);
    draft.user_id ??=
      label(a["ai.telemetry.metadata.userId"]) ??
      label(a["ai.telemetry.metadata.user_id"]) ??
      label(a["ai.settings.context.userId"]);
    draft.tags ??= labels(a["ai.telemetry.metadata.tags"]) ?? labels(a["ai.settings.context.tags"]);
    if (kind === WRAPPER) {
      // Calls and tools repeat what the function around them has.
      addMetadataBelow(draft, a, "ai.telemetry.metadata.");
      // 7 has the caller's context in their place.
      if (draft.metadata === undefined) addMetadataBelow(draft, a, CONTEXT);
      // As 7 does itself.
      draft.agent_name ??= label(a["ai.telemetry.functionId"]);
    } else if (kind.step !== "tool") {
      readProviderMetadata(draft, a["ai.response.providerMetadata"]);
    }
    // How Langfuse has a prompt linked to the calls it was used for: as JSON among the metadata.
    addPromptOf(draft, a["ai.telemetry.metadata.langfusePrompt"]);
    if (kind.step === "tool") draft.tool_name ??= label(a["ai.toolCall.name"]);
    // `ai.stream.…` is what 7 calls it on objects.
    const firstChunk = amount(a["ai.response.msToFirstChunk"]) ?? amount(a["ai.stream.msToFirstChunk"]);
    // To the microsecond: the digits after it were never measured.
    if (firstChunk !== undefined) draft.time_to_first_token_ms ??= Math.round(firstChunk * 1e3) / 1e3;
  },

  content({ attributes: a }) {
    switch (kindOf(a["ai.operationId"]).step) {
      case "tool":
        return toolMessages({
          id: text(a["ai.toolCall.id"]),
          name: text(a["ai.toolCall.name"]),
          arguments: a["ai.toolCall.args"],
          result: a["ai.toolCall.result"],
        });
      case "reranker":
        return { input: values(a["ai.documents"], "documents"), output: values(a["ai.ranking"], "output") };
      default:
        return {
          input: messages(a["ai.prompt.messages"]) ?? prompt(a["ai.prompt"]) ?? embedded(a),
          output: answer(a) ?? values(a["ai.embeddings"] ?? a["ai.embedding"], "assistant"),
        };
    }
  },
};

/**
 * What Vercel's AI SDK 7 adds to the GenAI conventions when asked to: the caller's context and what was embedded. Its
 * reasoning count is read with the other counts of a call, in gen-ai.ts.
 */
export const vercelAi7: Convention = {
  name: "vercel_ai_7",

  detect({ attributes }, { scope }) {
    // The scope is `gen_ai` unless the caller brings a tracer.
    if (attributes["gen_ai.operation.name"] === undefined) return false;
    return (
      scope.name === "gen_ai" ||
      attributes["ai.response.providerMetadata"] !== undefined ||
      attributes["ai.settings.context.sessionId"] !== undefined ||
      attributes["ai.settings.context.userId"] !== undefined
    );
  },

  read(draft, { attributes: a }) {
    const operation = a["gen_ai.operation.name"];
    if (operation === "chat" || operation === "embeddings") {
      readProviderMetadata(draft, a["ai.response.providerMetadata"]);
    }
    if (operation !== "chat") readContext(draft, a);
    else {
      draft.session_id ??= label(a["ai.settings.context.sessionId"]) ?? label(a["ai.settings.context.session_id"]);
      draft.user_id ??= label(a["ai.settings.context.userId"]) ?? label(a["ai.settings.context.user_id"]);
      draft.tags ??= labels(a["ai.settings.context.tags"]);
    }
  },

  content({ attributes: a }) {
    const input = embedded(a);
    const output = values(a["ai.embeddings"] ?? a["ai.embedding"], "assistant");
    return input === null && output === null ? NO_CONTENT : { input, output };
  },
};

const CONTEXT = "ai.settings.context.";

/**
 * The caller's context, which is on every span. It has any keys, so all are looked at; not on calls, which have the most
 * attributes and lie below spans that say the same.
 */
function readContext(draft: FactsDraft, a: Attributes): void {
  for (const key in a) {
    if (!key.startsWith(CONTEXT)) continue;
    const name = key.slice(CONTEXT.length);
    const value = a[key];
    if (name === "sessionId" || name === "session_id") draft.session_id ??= label(value);
    else if (name === "userId" || name === "user_id") draft.user_id ??= label(value);
    else if (name === "tags") draft.tags ??= labels(value);
    else addMetadata(draft, name, value);
  }
}

const WRAPPER: Kind = { step: "chain", operation: undefined };

const KINDS = new Map<string, Kind>([
  ["doGenerate", { step: "llm", operation: "chat" }],
  ["doStream", { step: "llm", operation: "chat" }],
  ["doEmbed", { step: "embedding", operation: "embeddings" }],
  ["doRerank", { step: "reranker", operation: "rerank" }],
  ["toolCall", { step: "tool", operation: "execute_tool" }],
]);

interface Kind {
  step: StepKind;
  operation: string | undefined;
}

/** By the last name of `ai.generateText.doGenerate`; any other is a function around calls. */
function kindOf(operationId: AttributeValue | undefined): Kind {
  if (typeof operationId !== "string") return WRAPPER;
  return KINDS.get(operationId.slice(operationId.lastIndexOf(".") + 1)) ?? WRAPPER;
}

function usageOf(a: Attributes, step: StepKind, provider: string | undefined): SentUsage {
  const sent: SentUsage = {
    input: count(a["ai.usage.inputTokens"]) ?? count(a["ai.usage.promptTokens"]) ?? count(a["ai.usage.tokens"]),
    cached: count(a["ai.usage.inputTokenDetails.cacheReadTokens"]) ?? count(a["ai.usage.cachedInputTokens"]),
    cacheWrite: count(a["ai.usage.inputTokenDetails.cacheWriteTokens"]),
    output: count(a["ai.usage.outputTokens"]) ?? count(a["ai.usage.completionTokens"]),
    reasoning: count(a["ai.usage.outputTokenDetails.reasoningTokens"]) ?? count(a["ai.usage.reasoningTokens"]),
    inputLeavesOutCache: false,
  };
  // Counts that come with their parts mean what 6 and 7 mean.
  if (provider === undefined || a["ai.usage.inputTokenDetails.noCacheTokens"] !== undefined) return sent;
  const usage = step === "llm" ? anthropicUsage(a["ai.response.providerMetadata"]) : undefined;
  return usage === undefined ? vercel5Usage(sent, provider) : withApiUsage(sent, usage);
}

/** Anthropic's own usage object, which the SDK passes on: it has the cache counts that the span may lack. */
function anthropicUsage(metadata: AttributeValue | undefined): unknown {
  if (typeof metadata !== "string" || !metadata.startsWith('{"anthropic"')) return undefined;
  const read = parseJson(metadata);
  return isObject(read) && isObject(read.anthropic) ? read.anthropic.usage : undefined;
}

function prompt(value: AttributeValue | undefined): Message[] | null {
  return value === undefined ? null : requestMessages(jsonOrText(value));
}

/** What was embedded: each value as JSON text. */
function embedded(a: Attributes): Message[] | null {
  return values(a["ai.values"] ?? a["ai.value"], "user");
}

function values(value: AttributeValue | undefined, role: string): Message[] | null {
  if (value === undefined || value === null) return null;
  const list = Array.isArray(value) ? value : [value];
  const parts = list.map((item): MessagePart => {
    const read = jsonOrText(item);
    return typeof read === "string" ? { type: "text", text: read } : { type: "json", value: read };
  });
  return parts.length > 0 ? [{ role, parts }] : null;
}

function answer(a: Attributes): SpanContent["output"] {
  const parts: unknown[] = [];
  const thought = text(a["ai.response.reasoning"]);
  if (thought !== undefined) parts.push({ type: "reasoning", text: thought });
  const said = text(a["ai.response.text"]);
  if (said !== undefined) parts.push({ type: "text", text: said });
  const object = a["ai.response.object"];
  if (object !== undefined) parts.push(jsonOrText(object));
  const calls = a["ai.response.toolCalls"];
  const toolCalls = typeof calls === "string" ? parseJson(calls) : calls;
  if (parts.length === 0 && !Array.isArray(toolCalls)) return null;
  const reason = text(a["ai.response.finishReason"]);
  const one = message({ role: "assistant", parts, tool_calls: toolCalls, finish_reason: reason });
  return one === null || one.parts.length === 0 ? null : [one];
}
