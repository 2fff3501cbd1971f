import type { Attributes, AttributeValue, Span, StepKind } from "../../events/span.ts";
import type { Message, MessagePart, SpanContent } from "../model.ts";
import { type Convention, type FactsDraft, setStep } from "./convention.ts";
import { type Branch, branchAt, items, unflatten, valueAt } from "./flattened.ts";
import { message, toolCall } from "./messages.ts";
import { addMetadataOf, metadataObject, OF_SESSION } from "./metadata.ts";
import { addCost } from "./money.ts";
import { addPrompt } from "./prompts.ts";
import { normaliseProvider } from "./providers.ts";
import { rawContent } from "./raw.ts";
import { addUsage } from "./tokens.ts";
import { toolMessages } from "./tools.ts";
import { count, label, labels, text } from "./values.ts";

/** OpenInference (Arize, Phoenix): `openinference.span.kind` is on every span of it. */
export const openInference: Convention = {
  name: "openinference",

  detect({ attributes }) {
    return attributes["openinference.span.kind"] !== undefined;
  },

  read(draft, { attributes: a }) {
    const kind = KINDS.get(a["openinference.span.kind"] as string);
    setStep(draft, kind?.step);
    draft.operation ??= kind?.operation;
    draft.model ??=
      label(a["llm.response.model_name"]) ??
      label(a["llm.model_name"]) ??
      label(a["embedding.model_name"]) ??
      label(a["reranker.model_name"]) ??
      label(a["llm.request.model_name"]);
    addUsage(draft, {
      input: count(a["llm.token_count.prompt"]),
      cached: count(a["llm.token_count.prompt_details.cache_read"]),
      cacheWrite: count(a["llm.token_count.prompt_details.cache_write"]),
      output: count(a["llm.token_count.completion"]),
      reasoning: count(a["llm.token_count.completion_details.reasoning"]),
      inputLeavesOutCache: false,
    });
    const metadata = a.metadata === undefined ? undefined : metadataObject(a.metadata);
    draft.provider ??= provider(a, draft, metadata);
    draft.tags ??= labels(a["tag.tags"]);
    draft.agent_name ??= label(a["agent.name"]);
    // A node of a graph of agents, where an instrumentation knows no better name.
    if (draft.step === "agent") draft.agent_name ??= label(a["graph.node.name"]) ?? label(a["graph.node.id"]);
    if (draft.step === "llm" || draft.step === "embedding" || draft.step === "agent") {
      addCost(draft, a["llm.cost.total"], a["llm.cost.prompt"], a["llm.cost.completion"]);
    }
    if (draft.step === "llm" || kind === PROMPT) {
      addPrompt(draft, a["prompt.id"], a["llm.prompt_template.version"]);
    }
    if (metadata !== undefined) readMetadata(draft, metadata);
    if (draft.step === "tool") draft.tool_name ??= label(a["tool.name"]) ?? label(a["tool_call.function.name"]);
  },

  content(span) {
    const a = span.attributes;
    switch (a["openinference.span.kind"]) {
      case "TOOL":
        return toolContent(a);
      case "EMBEDDING":
        return embeddings(a);
      case "RETRIEVER":
        return { input: null, output: documents(a, "retrieval.documents") };
      case "RERANKER":
        return reranking(a);
      default:
        return conversation(span);
    }
  },

  raw({ attributes: a }) {
    return rawContent(a["input.value"], a["output.value"]);
  },
};

const PROMPT: { step: StepKind; operation?: string } = { step: "chain" };

const KINDS = new Map<string, { step: StepKind; operation?: string }>([
  ["LLM", { step: "llm", operation: "chat" }],
  ["EMBEDDING", { step: "embedding", operation: "embeddings" }],
  ["TOOL", { step: "tool", operation: "execute_tool" }],
  ["AGENT", { step: "agent", operation: "invoke_agent" }],
  ["CHAIN", { step: "chain" }],
  ["PROMPT", PROMPT],
  ["RETRIEVER", { step: "retriever", operation: "retrieval" }],
  ["RERANKER", { step: "reranker", operation: "rerank" }],
  ["GUARDRAIL", { step: "guardrail" }],
  ["EVALUATOR", { step: "evaluator" }],
]);

type Metadata = { [key: string]: unknown };

function provider(a: Attributes, draft: FactsDraft, metadata: Metadata | undefined): string | undefined {
  // LangChain's instrumentation has neither of the two, only LangChain's own metadata.
  const sent =
    label(a["llm.provider"]) ??
    label(a["llm.system"]) ??
    (draft.step === "llm" && metadata !== undefined ? word(metadata, "ls_provider") : undefined);
  return sent === undefined ? undefined : normaliseProvider(sent);
}

/** The sender's own words, and among them what LangChain's configuration says of the conversation. */
function readMetadata(draft: FactsDraft, metadata: Metadata): void {
  draft.session_id ??= word(metadata, "session_id") ?? word(metadata, "thread_id") ?? word(metadata, "conversation_id");
  draft.user_id ??= word(metadata, "user_id");
  draft.agent_name ??= word(metadata, "lc_agent_name");
  addMetadataOf(draft, metadata, OF_SESSION);
}

function word(metadata: Metadata, key: string): string | undefined {
  return Object.hasOwn(metadata, key) ? label(metadata[key] as AttributeValue) : undefined;
}

function conversation({ attributes: a }: Span): SpanContent {
  return {
    input: flattenedMessages(unflatten(a, "llm.input_messages")) ?? texts(a, "llm.prompts", "prompt", "user"),
    output:
      flattenedMessages(unflatten(a, "llm.output_messages")) ?? texts(a, "llm.choices", "completion", "assistant"),
  };
}

function flattenedMessages(branch: Branch | null): Message[] | null {
  const found: Message[] = [];
  for (const item of items(branch)) {
    const fields = branchAt(item, "message");
    if (fields === undefined) continue;
    const parts = items(branchAt(fields, "contents")).map(contentPart);
    const own = new Set(parts.map((part) => (part.type === "tool_call" ? part.id : undefined)));
    const calls = items(branchAt(fields, "tool_calls")).map((call) => branchAt(call, "tool_call") ?? call);
    const one = message({
      role: text(valueAt(fields, "role")) ?? "assistant",
      content: valueAt(fields, "content"),
      tool_call_id: valueAt(fields, "tool_call_id"),
      name: valueAt(fields, "name"),
    });
    if (one === null) continue;
    one.parts.push(...parts);
    for (const call of calls) {
      const part = callPart(call);
      // A call may stand both among the contents and among the calls.
      if (part.id === undefined || !own.has(part.id)) one.parts.push(part);
    }
    found.push(one);
  }
  return found.length > 0 ? found : null;
}

function contentPart(item: Branch): MessagePart {
  const call = branchAt(item, "tool_call");
  if (call !== undefined) return callPart(call);
  const fields = branchAt(item, "message_content") ?? item;
  const type = valueAt(fields, "type");
  const said = text(valueAt(fields, "text"));
  const url = text(valueAt(fields, "image", "image", "url"));
  if (url !== undefined) return { type: "image", url };
  if (type === "reasoning" && said !== undefined) return { type: "reasoning", text: said };
  if (said !== undefined) return { type: "text", text: said };
  return { type: "json", value: plain(fields) };
}

function callPart(call: Branch): MessagePart & { type: "tool_call" } {
  return toolCall(
    text(valueAt(call, "id")),
    text(valueAt(call, "function", "name")),
    valueAt(call, "function", "arguments"),
  );
}

function texts(a: Attributes, prefix: string, name: string, role: string): Message[] | null {
  const found: Message[] = [];
  for (const item of items(unflatten(a, prefix))) {
    const said = text(valueAt(item, name, "text"));
    if (said !== undefined) found.push({ role, parts: [{ type: "text", text: said }] });
  }
  return found.length > 0 ? found : null;
}

function toolContent(a: Attributes): SpanContent {
  return toolMessages({
    id: text(a["tool_call.id"]) ?? text(a["tool.id"]),
    name: text(a["tool.name"]) ?? text(a["tool_call.function.name"]),
    arguments: a["input.value"] ?? a["tool_call.function.arguments"],
    result: a["output.value"],
  });
}

function embeddings(a: Attributes): SpanContent {
  const input: MessagePart[] = [];
  const output: MessagePart[] = [];
  for (const item of items(unflatten(a, "embedding.embeddings"))) {
    const said = text(valueAt(item, "embedding", "text"));
    const vector = valueAt(item, "embedding", "vector");
    if (said !== undefined) input.push({ type: "text", text: said });
    if (vector !== undefined) output.push({ type: "json", value: vector });
  }
  return {
    input: input.length > 0 ? [{ role: "user", parts: input }] : null,
    output: output.length > 0 ? [{ role: "assistant", parts: output }] : null,
  };
}

function reranking(a: Attributes): SpanContent {
  const query = text(a["reranker.query"]);
  const candidates = documents(a, "reranker.input_documents") ?? [];
  const asked: Message[] = query === undefined ? [] : [{ role: "user", parts: [{ type: "text", text: query }] }];
  const input = [...asked, ...candidates];
  return { input: input.length > 0 ? input : null, output: documents(a, "reranker.output_documents") };
}

function documents(a: Attributes, prefix: string): Message[] | null {
  const parts = items(unflatten(a, prefix)).map((item): MessagePart => {
    return { type: "json", value: plain(branchAt(item, "document") ?? item) };
  });
  return parts.length > 0 ? [{ role: "documents", parts }] : null;
}

function plain(branch: Branch): unknown {
  const entries: [string, unknown][] = [];
  for (const [name, value] of branch) entries.push([name, value instanceof Map ? plain(value) : value]);
  return Object.fromEntries(entries);
}
