import type { Attributes, AttributeValue, StepKind } from "../../events/span.ts";
import type { Message, SpanContent } from "../model.ts";
import { type Convention, setStep } from "./convention.ts";
import { requestMessages, responseMessages } from "./exchange.ts";
import { type Branch, items, unflatten, valueAt } from "./flattened.ts";
import { isObject, message, partsOf } from "./messages.ts";
import { normaliseProvider } from "./providers.ts";
import { addTier } from "./tiers.ts";
import { addUsage, inputLeavesOutCache } from "./tokens.ts";
import { count, label, parseJson, text } from "./values.ts";

/**
 * GenAI conventions before 1.37 and what OpenLLMetry made of them: `gen_ai.system`, prompt and completion tokens, messages
 * in flattened keys (`gen_ai.prompt.0.content`) or as one string, or in span events.
 */
export const genAiOld: Convention = {
  name: "gen_ai_old",

  detect({ attributes }) {
    return (
      attributes["gen_ai.system"] !== undefined ||
      attributes["llm.request.type"] !== undefined ||
      attributes["gen_ai.usage.prompt_tokens"] !== undefined ||
      attributes["gen_ai.prompt"] !== undefined ||
      attributes["gen_ai.completion"] !== undefined ||
      attributes["gen_ai.prompt.0.role"] !== undefined
    );
  },

  read(draft, { attributes: a }, context) {
    const type = label(a["llm.request.type"]);
    addUsage(draft, {
      input: count(a["gen_ai.usage.prompt_tokens"]) ?? count(a["llm.usage.prompt_tokens"]),
      cached: count(a["gen_ai.usage.cache_read_input_tokens"]) ?? count(a["gen_ai.usage.cache_read.input_tokens"]),
      cacheWrite:
        count(a["gen_ai.usage.cache_creation_input_tokens"]) ?? count(a["gen_ai.usage.cache_creation.input_tokens"]),
      output: count(a["gen_ai.usage.completion_tokens"]) ?? count(a["llm.usage.completion_tokens"]),
      reasoning: count(a["llm.usage.reasoning_tokens"]),
      inputLeavesOutCache: inputLeavesOutCache(context),
    });
    draft.model ??= label(a["gen_ai.response.model"]) ?? label(a["gen_ai.request.model"]);
    if (draft.provider === undefined) {
      const system = label(a["gen_ai.system"]);
      // LangSmith's word for a system that it cannot tell.
      if (system !== undefined && system !== "langchain") draft.provider = normaliseProvider(system);
      // Renamed together with the provider, so whoever names the new one has the new name of this too.
      if (draft.provider === "openai" || draft.provider === "azure.ai.openai") {
        addTier(draft, a["gen_ai.openai.response.service_tier"] ?? a["gen_ai.openai.request.service_tier"]);
      }
    }
    if (type !== undefined) {
      const known = TYPES.get(type);
      draft.operation ??= known?.operation ?? type;
      setStep(draft, known?.step);
    }
    // Before there was an operation name, a model and its tokens were all that told a call.
    if (draft.step === "span" && draft.model !== undefined && draft.usage !== undefined) {
      draft.step = "llm";
      draft.operation ??= "chat";
    }
  },

  content(span) {
    const a = span.attributes;
    const content: SpanContent = {
      input: flattenedMessages(unflatten(a, "gen_ai.prompt")) ?? whole(a["gen_ai.prompt"], "user", requestMessages),
      output:
        flattenedMessages(unflatten(a, "gen_ai.completion")) ??
        whole(a["gen_ai.completion"], "assistant", responseMessages),
    };
    for (const event of span.events) {
      if (event.name === "gen_ai.content.prompt") {
        content.input ??= whole(event.attributes["gen_ai.prompt"], "user", requestMessages);
      } else if (event.name === "gen_ai.content.completion") {
        content.output ??= whole(event.attributes["gen_ai.completion"], "assistant", responseMessages);
      } else {
        const one = eventMessage(event.name, event.attributes);
        if (one === null) continue;
        if (event.name === "gen_ai.choice") content.output = [...(content.output ?? []), one];
        else content.input = [...(content.input ?? []), one];
      }
    }
    return content;
  },
};

const TYPES = new Map<string, { operation: string; step: StepKind }>([
  ["chat", { operation: "chat", step: "llm" }],
  ["completion", { operation: "text_completion", step: "llm" }],
  ["embedding", { operation: "embeddings", step: "embedding" }],
  ["rerank", { operation: "rerank", step: "reranker" }],
]);

function flattenedMessages(branch: Branch | null): Message[] | null {
  const found: Message[] = [];
  for (const item of items(branch)) {
    const role = text(valueAt(item, "role")) ?? "assistant";
    const toolCalls = items(asBranch(item.get("tool_calls"))).map((call) => ({
      id: valueAt(call, "id"),
      name: valueAt(call, "name"),
      arguments: valueAt(call, "arguments"),
    }));
    const one = message({
      role,
      parts: flattenedContent(valueAt(item, "content"), role),
      tool_calls: toolCalls,
      tool_call_id: valueAt(item, "tool_call_id"),
      finish_reason: valueAt(item, "finish_reason"),
    });
    if (one !== null && (one.parts.length > 0 || item.has("role"))) found.push(one);
  }
  return found.length > 0 ? found : null;
}

function asBranch(value: Branch | AttributeValue | undefined): Branch | undefined {
  return value instanceof Map ? value : undefined;
}

/** Content of several parts is written as their JSON; a text that only looks like JSON stays text. */
function flattenedContent(content: AttributeValue | undefined, role: string): unknown {
  if (typeof content !== "string") return content;
  // What OpenLLMetry makes of an assistant's message of nothing but tool calls.
  if (content === "null" && role === "assistant") return null;
  if (!content.startsWith("[{")) return content;
  const parts = parseJson(content);
  const typed = Array.isArray(parts) && parts.every((part) => isObject(part) && typeof part.type === "string");
  return typed ? parts : content;
}

/** A request or response as one JSON text, or the bare prompt or answer. */
export function whole(
  value: AttributeValue | undefined,
  role: string,
  read: (exchange: unknown) => Message[] | null,
): Message[] | null {
  if (value === undefined || value === null || value === "") return null;
  const parsed = typeof value === "string" ? parseJson(value) : value;
  const found = typeof parsed === "object" ? read(parsed) : null;
  if (found !== null) return found;
  return [{ role, parts: typeof value === "string" ? partsOf(value) : [{ type: "json", value }] }];
}

/** Events of 1.28 to 1.36, as some clients put them on the span: `gen_ai.user.message`, `gen_ai.choice` … */
function eventMessage(name: string, attributes: Attributes): Message | null {
  const match = /^gen_ai\.(system|user|assistant|tool)\.message$/.exec(name);
  if (match === null && name !== "gen_ai.choice") return null;
  const role = match?.[1] ?? "assistant";
  const body = attributes["gen_ai.event.content"];
  const fields = typeof body === "string" ? parseJson(body) : attributes;
  if (!isObject(fields)) return typeof body === "string" ? { role, parts: partsOf(body) } : null;
  const said = isObject(fields.message) ? { ...fields.message, finish_reason: fields.finish_reason } : fields;
  return message({
    ...said,
    role: text(said.role as AttributeValue) ?? role,
    tool_call_id: said.id ?? said.tool_call_id,
  });
}
