import type { Attributes, AttributeValue, StepKind } from "../../events/span.ts";
import type { SpanContent } from "../model.ts";
import { type Convention, type FactsDraft, setStep } from "./convention.ts";
import { isObject, message, messages } from "./messages.ts";
import { addPrompt } from "./prompts.ts";
import { normaliseProvider } from "./providers.ts";
import { rawContent } from "./raw.ts";
import { addTier, tierOf } from "./tiers.ts";
import { addUsage, withApiUsage } from "./tokens.ts";
import { toolMessages } from "./tools.ts";
import { count, firstLine, label, parseJson, text } from "./values.ts";

/**
 * Firebase Genkit. An action's whole input and output are JSON text; the usage is inside a model's output, and in that of
 * the `generate` helpers around it.
 * @see https://github.com/genkit-ai/genkit/blob/main/js/core/src/tracing/instrumentation.ts
 */
export const genkit: Convention = {
  name: "genkit",

  detect({ attributes }) {
    return attributes["genkit:type"] !== undefined;
  },

  read(draft, { attributes: a }) {
    const subtype = label(a["genkit:metadata:subtype"]);
    const kind = subtype === undefined ? undefined : KINDS.get(subtype);
    setStep(draft, kind?.step ?? "chain");
    draft.operation ??= kind?.operation;
    const name = label(a["genkit:name"]);
    if (kind?.step === "llm" || kind?.step === "embedding") {
      readModel(draft, name);
      if (kind.step === "llm") readUsage(draft, a["genkit:output"]);
    }
    if (kind?.step === "tool") draft.tool_name ??= name;
    if (kind?.step === "agent") draft.agent_name ??= name;
    if (subtype === "prompt" || subtype === "executable-prompt") addPrompt(draft, name, undefined);
    draft.session_id ??= label(a["genkit:sessionId"]);
    if (a["genkit:state"] === "error") draft.error ??= firstLine(text(a["genkit:error"]) ?? "error");
  },

  content({ attributes: a }) {
    const subtype = a["genkit:metadata:subtype"];
    const input = a["genkit:input"];
    const output = a["genkit:output"];
    const kind = typeof subtype === "string" ? KINDS.get(subtype) : undefined;
    if (kind?.step === "tool") {
      return toolMessages({ id: undefined, name: text(a["genkit:name"]), arguments: input, result: output });
    }
    return kind?.step === "llm" || a["genkit:type"] === "util" ? generation(a) : rawContent(input, output);
  },

  raw({ attributes: a }) {
    return rawContent(a["genkit:input"], a["genkit:output"]);
  },
};

const TOOL = { step: "tool", operation: "execute_tool" } as const;

const KINDS = new Map<string, { step: StepKind; operation?: string }>([
  ["model", { step: "llm", operation: "chat" }],
  ["background-model", { step: "llm", operation: "chat" }],
  ["embedder", { step: "embedding", operation: "embeddings" }],
  ["tool", TOOL],
  ["tool.v2", TOOL],
  ["retriever", { step: "retriever", operation: "retrieval" }],
  ["reranker", { step: "reranker", operation: "rerank" }],
  ["evaluator", { step: "evaluator" }],
  ["agent", { step: "agent", operation: "invoke_agent" }],
]);

/** A model is registered as `provider/model`. */
function readModel(draft: FactsDraft, name: string | undefined): void {
  if (name === undefined) return;
  const slash = name.indexOf("/");
  draft.model ??= name.slice(slash + 1);
  if (slash > 0) draft.provider ??= normaliseProvider(name.slice(0, slash));
}

/** Genkit's own counts, and in `raw` the provider's, which have the cached ones. */
function readUsage(draft: FactsDraft, output: AttributeValue | undefined): void {
  if (typeof output !== "string" || !output.includes('"usage"')) return;
  const read = parseJson(output);
  if (!isObject(read) || !isObject(read.usage)) return;
  const usage = read.usage as Attributes;
  const raw = isObject(read.raw) ? (read.raw.usage ?? read.raw.usageMetadata) : undefined;
  if (isObject(read.raw)) addTier(draft, read.raw.service_tier);
  if (isObject(raw)) addTier(draft, tierOf(raw));
  const reasoning = count(usage.thoughtsTokens);
  const sent = {
    input: count(usage.inputTokens),
    cached: count(usage.cachedContentTokens),
    cacheWrite: undefined,
    output: count(usage.outputTokens),
    reasoning,
    inputLeavesOutCache: false,
  };
  addUsage(draft, withApiUsage(sent, raw));
}

function generation(a: Attributes): SpanContent {
  const request = json(a["genkit:input"]);
  const response = json(a["genkit:output"]);
  const input = isObject(request) ? messages(request.messages) : null;
  const answer = isObject(response) ? message(response.message) : null;
  if (answer !== null && isObject(response) && typeof response.finishReason === "string") {
    answer.finish_reason = response.finishReason;
  }
  return { input, output: answer === null ? null : [answer] };
}

function json(value: AttributeValue | undefined): unknown {
  return typeof value === "string" ? parseJson(value) : value;
}
