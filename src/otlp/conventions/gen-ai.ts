import type { Attributes, AttributeValue, SpanContext, StepKind } from "../../events/span.ts";
import type { Message, SpanContent } from "../model.ts";
import { type Convention, type FactsDraft, NO_CONTENT, setStep } from "./convention.ts";
import { messages, partsOf } from "./messages.ts";
import { addMetadataOf } from "./metadata.ts";
import { addCost } from "./money.ts";
import { addPrompt } from "./prompts.ts";
import { normaliseProvider } from "./providers.ts";
import { addTier } from "./tiers.ts";
import { addUsage, inputLeavesOutCache } from "./tokens.ts";
import { toolMessages } from "./tools.ts";
import { amount, count, jsonOrText, label, text, textList } from "./values.ts";

/** OpenTelemetry's GenAI conventions since 1.37, and the names that clients of today add to them. */
export const genAi: Convention = {
  name: "gen_ai",

  detect({ attributes }) {
    return (
      attributes["gen_ai.operation.name"] !== undefined ||
      attributes["gen_ai.provider.name"] !== undefined ||
      attributes["gen_ai.request.model"] !== undefined ||
      attributes["gen_ai.agent.name"] !== undefined ||
      attributes["gen_ai.conversation.id"] !== undefined
    );
  },

  read(draft, span, context) {
    const a = span.attributes;
    const operation = label(a["gen_ai.operation.name"]);
    const input = a["gen_ai.usage.input_tokens"];
    const output = a["gen_ai.usage.output_tokens"];
    // Parts come with what they are parts of; most spans have neither.
    if (input !== undefined || output !== undefined) {
      addUsage(draft, {
        input: count(input),
        cached: count(a["gen_ai.usage.cache_read.input_tokens"]) ?? count(a["gen_ai.usage.cache_read_input_tokens"]),
        cacheWrite:
          count(a["gen_ai.usage.cache_creation.input_tokens"]) ??
          count(a["gen_ai.usage.cache_write.input_tokens"]) ??
          count(a["gen_ai.usage.cache_creation_input_tokens"]),
        output: count(output),
        reasoning:
          count(a["gen_ai.usage.reasoning.output_tokens"]) ??
          count(a["gen_ai.usage.reasoning_tokens"]) ??
          // Vercel's AI SDK 7, which has no other name for it.
          count(a["ai.usage.outputTokenDetails.reasoningTokens"]),
        inputLeavesOutCache: inputLeavesOutCache(context),
      });
    }
    draft.model ??= label(a["gen_ai.response.model"]) ?? label(a["gen_ai.request.model"]);
    if (operation !== undefined) {
      draft.operation ??= operation;
      setStep(draft, stepOf(operation, draft));
    }
    if (draft.provider === undefined) {
      const provider = label(a["gen_ai.provider.name"]);
      if (provider !== undefined) draft.provider = normaliseProvider(provider);
    }
    draft.session_id ??= label(a["gen_ai.conversation.id"]);
    draft.agent_name ??= label(a["gen_ai.agent.name"]);
    // On a model call this names a tool that the model asked for, not one that ran.
    if (draft.step === "tool") draft.tool_name ??= label(a["gen_ai.tool.name"]);
    // A span of no known step may be a call by the older conventions, which have none of the rest.
    if (isCall(draft) || draft.step === "span") draft.time_to_first_token_ms ??= firstChunkMs(a);
    if (isCall(draft)) readCall(draft, a, context);
    if (draft.step === "llm") draft.error ??= failedFinish(a);
    // Pydantic AI's, of one run of an agent.
    if (draft.step === "agent" && a.metadata !== undefined) addMetadataOf(draft, a.metadata);
  },

  content(span) {
    const a = span.attributes;
    const operation = a["gen_ai.operation.name"];
    if (operation === "execute_tool") return toolContent(a);
    if (operation === "retrieval") {
      const search = searchContent(a);
      if (search !== NO_CONTENT) return search;
    }
    const details = span.events.find((event) => event.name === "gen_ai.client.inference.operation.details");
    const own = fromMessages(a);
    if (details === undefined || (own.input !== null && own.output !== null)) return own;
    const ofEvent = fromMessages(details.attributes);
    return { input: own.input ?? ofEvent.input, output: own.output ?? ofEvent.output };
  },
};

const STEPS = new Map<string, StepKind>([
  ["chat", "llm"],
  ["generate_content", "llm"],
  ["text_completion", "llm"],
  ["completion", "llm"],
  ["responses", "llm"],
  ["embeddings", "embedding"],
  ["embedding", "embedding"],
  ["execute_tool", "tool"],
  ["invoke_agent", "agent"],
  ["create_agent", "agent"],
  ["invoke_workflow", "chain"],
  ["agent_step", "chain"],
  ["model_generation", "chain"],
  ["model_chunk", "chain"],
  ["retrieval", "retriever"],
  ["rerank", "reranker"],
]);

function stepOf(operation: string, draft: FactsDraft): StepKind | undefined {
  // An operation that nobody has heard of, but with a model and an answer's tokens, is a model call.
  return STEPS.get(operation) ?? (draft.model !== undefined && draft.usage?.output != null ? "llm" : undefined);
}

/** A call, or what wraps one and repeats its usage. */
function isCall({ step, usage }: FactsDraft): boolean {
  return usage !== undefined || step === "llm" || step === "embedding";
}

/**
 * What belongs to a call beside its counts and times: what the sender says it cost, the tier it ran in, its prompt. Few
 * calls have more than one of these, so names that only some senders know are asked of those.
 */
function readCall(draft: FactsDraft, a: Attributes, { scope }: SpanContext): void {
  if (draft.client_cost_nano_usd === undefined) addCost(draft, costOf(a, scope.name));
  if (draft.service_tier === undefined) addTier(draft, serviceTier(a, draft.provider));
  const prompt = a["gen_ai.prompt.name"];
  if (prompt !== undefined) addPrompt(draft, prompt, a["gen_ai.prompt.version"]);
}

/** OpenLIT, OpenRouter and Cloudflare's AI Gateway; some others who write the two sides and their total. */
function costOf(a: Attributes, scope: string): AttributeValue | undefined {
  if (scope === "pydantic-ai") return a["operation.cost"];
  if (scope === "litellm") return a["gen_ai.cost.total_cost"] ?? a["litellm.cost.total"];
  return a["gen_ai.usage.cost"] ?? a["gen_ai.usage.total_cost"];
}

/** The tier of the answer, else of the request. */
function serviceTier(a: Attributes, provider: string | undefined): AttributeValue | undefined {
  const openAi = provider === "openai" || provider === "azure.ai.openai";
  const tier =
    a["gen_ai.response.service_tier"] ??
    (openAi ? (a["openai.response.service_tier"] ?? a["openai.request.service_tier"]) : undefined) ??
    (provider === "anthropic" ? a["anthropic.response.service_tier"] : undefined) ??
    a["gen_ai.request.service_tier"];
  if (tier !== undefined) return tier;
  const batch = a["gen_ai.request.is_batch"] ?? a["gen_ai.request.batch"];
  return batch === true || batch === "true" ? "batch" : undefined;
}

function firstChunkMs(a: Attributes): number | undefined {
  const seconds =
    amount(a["gen_ai.response.time_to_first_chunk"]) ??
    amount(a["gen_ai.client.operation.time_to_first_chunk"]) ??
    amount(a["gen_ai.server.time_to_first_token"]);
  // To the microsecond: a float times 1000 shows digits that were never measured.
  return seconds === undefined ? undefined : Math.round(seconds * 1e6) / 1e3;
}

/** Some clients leave the status of a failed call unset or even OK, and say so only in the finish reason. */
function failedFinish(a: Attributes): string | undefined {
  const reasons = a["gen_ai.response.finish_reasons"];
  if (reasons === undefined || !textList(reasons)?.includes("error")) return undefined;
  return "The model stopped with finish reason error.";
}

function toolContent(a: Attributes): SpanContent {
  return toolMessages({
    id: text(a["gen_ai.tool.call.id"]),
    name: text(a["gen_ai.tool.name"]),
    arguments: a["gen_ai.tool.call.arguments"] ?? a["gen_ai.tool.args"],
    result: a["gen_ai.tool.call.result"],
  });
}

function searchContent(a: Attributes): SpanContent {
  const query = text(a["gen_ai.retrieval.query.text"]);
  const found = jsonOrText(a["gen_ai.retrieval.documents"]);
  const documents = Array.isArray(found) && found.length > 0 ? found : undefined;
  if (query === undefined && documents === undefined) return NO_CONTENT;
  return {
    input: query === undefined ? null : [{ role: "user", parts: [{ type: "text", text: query }] }],
    output:
      documents === undefined
        ? null
        : [{ role: "documents", parts: documents.map((value) => ({ type: "json", value: jsonOrText(value) })) }],
  };
}

export function fromMessages(a: Attributes): SpanContent {
  const sent = messagesOf(a["gen_ai.input.messages"], "user");
  const instructions = a["gen_ai.system_instructions"];
  let input = sent;
  // OpenLIT sends the instructions both ways.
  if (instructions !== undefined && sent?.[0]?.role !== "system") {
    const system: Message = { role: "system", parts: partsOf(jsonOrText(instructions)) };
    if (system.parts.length > 0) input = [system, ...(sent ?? [])];
  }
  const output = messagesOf(a["gen_ai.output.messages"], "assistant");
  return input === null && output === null ? NO_CONTENT : { input, output };
}

function messagesOf(value: AttributeValue | undefined, role: string): Message[] | null {
  if (value === undefined || value === null || value === "") return null;
  const found = messages(value);
  if (found !== null) return found;
  // Some clients put the bare text here, or what they gave to the model in their own form.
  const parts = partsOf(jsonOrText(value));
  return parts.length > 0 ? [{ role, parts }] : null;
}
