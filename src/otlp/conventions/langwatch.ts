import type { Attributes, AttributeValue, StepKind } from "../../events/span.ts";
import type { Message } from "../model.ts";
import { type Convention, type FactsDraft, setStep } from "./convention.ts";
import { isObject } from "./messages.ts";
import { addMetadata, addMetadataOf } from "./metadata.ts";
import { addCost } from "./money.ts";
import { addPrompt } from "./prompts.ts";
import { rawContent } from "./raw.ts";
import { timeToFirstToken } from "./times.ts";
import { addUsage } from "./tokens.ts";
import { toolMessages } from "./tools.ts";
import { amount, count, label, labels, parseJson, text } from "./values.ts";

/**
 * LangWatch's SDKs. A value is JSON text of `{type, value}`, where the Python SDK leaves out the wrapping of metrics.
 * @see https://github.com/langwatch/langwatch/tree/main/typescript-sdk
 */
export const langWatch: Convention = {
  name: "langwatch",

  detect({ attributes }) {
    return (
      attributes["langwatch.span.type"] !== undefined ||
      attributes["langwatch.input"] !== undefined ||
      attributes["langwatch.thread.id"] !== undefined ||
      attributes["langwatch.user.id"] !== undefined ||
      attributes["langwatch.labels"] !== undefined
    );
  },

  read(draft, span) {
    const { attributes: a } = span;
    const type = label(a["langwatch.span.type"]);
    const kind = type === undefined ? undefined : KINDS.get(type);
    setStep(draft, kind?.step);
    draft.operation ??= kind?.operation;
    draft.model ??= label(a["gen_ai.response.model"]) ?? label(a["gen_ai.request.model"]);
    if (type === "tool") draft.tool_name ??= label(span.name);
    if (type === "agent") draft.agent_name ??= label(span.name);
    draft.session_id ??= label(a["langwatch.thread.id"]) ?? label(a["langwatch.session.id"]);
    draft.user_id ??= label(a["langwatch.user.id"]);
    draft.tags ??= labels(a["langwatch.labels"]);
    readRest(draft, a);
    const metrics = fields(a["langwatch.metrics"]);
    if (metrics !== undefined) {
      addUsage(draft, {
        input: count(metrics.promptTokens ?? metrics.prompt_tokens),
        cached: count(metrics.cacheReadInputTokens ?? metrics.cache_read_input_tokens),
        cacheWrite: count(metrics.cacheCreationInputTokens ?? metrics.cache_creation_input_tokens),
        output: count(metrics.completionTokens ?? metrics.completion_tokens),
        reasoning: count(metrics.reasoningTokens ?? metrics.reasoning_tokens),
        inputLeavesOutCache: false,
      });
      addCost(draft, metrics.cost);
      draft.time_to_first_token_ms ??= amount(metrics.firstTokenMs ?? metrics.first_token_ms);
    }
    const times = fields(a["langwatch.timestamps"]);
    const firstToken = times?.first_token_at;
    if (typeof firstToken === "number") draft.time_to_first_token_ms ??= timeToFirstToken(span, firstToken);
  },

  raw({ attributes: a, name }) {
    const input = unwrapped(a["langwatch.input"]);
    const output = unwrapped(a["langwatch.output"]);
    if (a["langwatch.span.type"] === "tool") {
      return toolMessages({ id: undefined, name: text(name), arguments: input, result: output });
    }
    const content = rawContent(input, output, a["langwatch.span.type"] === "llm");
    content.output ??= contexts(unwrapped(a["langwatch.contexts"]));
    return content;
  },
};

const CHAIN: { step: StepKind; operation?: string } = { step: "chain" };

const KINDS = new Map<string, { step: StepKind; operation?: string }>([
  ["llm", { step: "llm", operation: "chat" }],
  ["tool", { step: "tool", operation: "execute_tool" }],
  ["agent", { step: "agent", operation: "invoke_agent" }],
  ["rag", { step: "retriever", operation: "retrieval" }],
  ["guardrail", { step: "guardrail" }],
  ["evaluation", { step: "evaluator" }],
  ["chain", CHAIN],
  ["workflow", CHAIN],
  ["component", CHAIN],
  ["module", CHAIN],
  ["task", CHAIN],
  ["prompt", CHAIN],
]);

/** Prompt and metadata, which few spans have, in one pass: of a call's attributes that costs less than asking for each. */
function readRest(draft: FactsDraft, a: Attributes): void {
  let prompted = false;
  for (const key in a) {
    // The Python SDK's metadata are one JSON text; others write one attribute for each key.
    if (key === "metadata" || key === "langwatch.metadata") addMetadataOf(draft, a[key]);
    else if (key.startsWith(METADATA)) addMetadata(draft, key.slice(METADATA.length), a[key]);
    else if (key === "langwatch.customer.id") addMetadata(draft, "customer_id", a[key]);
    else if (key === "langwatch.prompt.id" || key === "langwatch.prompt.handle") prompted = true;
  }
  if (prompted) readPrompt(draft, a);
}

const METADATA = "langwatch.metadata.";

/** Once both are resolved, the id of a prompt on a call is `handle:version`. */
const HANDLE_AND_VERSION = /^(.+):(\d+)$/;

function readPrompt(draft: FactsDraft, a: Attributes): void {
  const id = label(a["langwatch.prompt.id"]);
  const parts = id === undefined ? null : HANDLE_AND_VERSION.exec(id);
  const name = label(a["langwatch.prompt.handle"]) ?? parts?.[1] ?? id;
  addPrompt(draft, name, a["langwatch.prompt.version.number"] ?? parts?.[2] ?? a["langwatch.prompt.version.id"]);
}

function unwrapped(value: AttributeValue | undefined): AttributeValue | undefined {
  if (typeof value !== "string" || !value.startsWith("{")) return value;
  const read = parseJson(value);
  return isObject(read) && typeof read.type === "string" && "value" in read ? (read.value as AttributeValue) : value;
}

function fields(value: AttributeValue | undefined): { [name: string]: AttributeValue } | undefined {
  if (value === undefined) return undefined;
  const read = unwrapped(value);
  const parsed = typeof read === "string" ? parseJson(read) : read;
  return isObject(parsed) ? (parsed as { [name: string]: AttributeValue }) : undefined;
}

function contexts(value: AttributeValue | undefined): Message[] | null {
  if (!Array.isArray(value) || value.length === 0) return null;
  return [{ role: "documents", parts: value.map((one) => ({ type: "json", value: one })) }];
}
