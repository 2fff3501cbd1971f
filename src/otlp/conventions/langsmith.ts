import type { Attributes, AttributeValue, Span, StepKind } from "../../events/span.ts";
import { type Convention, type FactsDraft, NO_CONTENT, setStep } from "./convention.ts";
import { isObject } from "./messages.ts";
import { addMetadataBelow, OF_SESSION } from "./metadata.ts";
import { addCost } from "./money.ts";
import { addPrompt } from "./prompts.ts";
import { normaliseProvider } from "./providers.ts";
import { rawContent } from "./raw.ts";
import { addTier } from "./tiers.ts";
import { addUsage } from "./tokens.ts";
import { toolMessages } from "./tools.ts";
import { count, firstLine, label, labelsOfText, parseJson, text } from "./values.ts";

/**
 * LangSmith's export of its runs over OpenTelemetry. What it writes as `gen_ai.operation.name` and `gen_ai.system` is
 * derived, and wrong for what is no model call: a retriever is `embeddings`, a tool's system is `langchain`.
 * @see https://github.com/langchain-ai/langsmith-sdk/blob/main/js/src/experimental/otel/translator.ts
 */
export const langSmith: Convention = {
  name: "langsmith",

  detect({ attributes }) {
    return attributes["langsmith.span.kind"] !== undefined || attributes["langsmith.traceable"] !== undefined;
  },

  read(draft, span) {
    const { attributes: a } = span;
    const type = label(a["langsmith.span.kind"]);
    if (type !== undefined) {
      const kind = KINDS.get(type);
      setStep(draft, kind?.step ?? "chain");
      draft.operation ??= kind?.operation ?? type;
    }
    readUsage(draft, a);
    // The client's exporter can write a streamed call onto the span around it; the call's name gives it away. The span that
    // should have carried it never comes, so this one is the call, whatever lies below it.
    const named = label(a["langsmith.trace.name"]);
    if (type === "llm" && named !== undefined && named !== span.name) draft.own_call = true;
    const provider = label(a["langsmith.metadata.ls_provider"]);
    if (provider !== undefined) draft.provider ??= normaliseProvider(provider);
    draft.session_id ??=
      label(a["langsmith.metadata.session_id"]) ??
      label(a["langsmith.metadata.thread_id"]) ??
      label(a["langsmith.metadata.conversation_id"]);
    draft.user_id ??= label(a["langsmith.metadata.user_id"]);
    draft.tags ??= labelsOfText(a["langsmith.span.tags"]);
    draft.version ??= label(a["langsmith.metadata.revision_id"]);
    draft.agent_name ??= label(a["langsmith.metadata.lc_agent_name"]);
    // What a prompt that was pulled from its hub brings with it.
    const prompt = a["langsmith.metadata.lc_hub_repo"];
    if (prompt !== undefined) addPrompt(draft, prompt, a["langsmith.metadata.lc_hub_commit_hash"]);
    // Every run inherits the metadata of those above it, so the topmost has the sender's own and no more.
    if (a["langsmith.span.parent_id"] === undefined) addMetadataBelow(draft, a, "langsmith.metadata.", READ);
    if (draft.step === "tool") draft.tool_name ??= label(a["langsmith.trace.name"]) ?? label(span.name);
    draft.error ??= exception(span);
  },

  content({ attributes: a, name }) {
    const type = a["langsmith.span.kind"];
    const input = a["gen_ai.prompt"];
    const output = a["gen_ai.completion"];
    // A model's request and response are read as the older conventions' are.
    if (type === "llm" || type === undefined) return NO_CONTENT;
    if (type !== "tool") return rawContent(input, output);
    return toolMessages({ id: undefined, name: text(name), arguments: input, result: output });
  },
};

const KINDS = new Map<string, { step: StepKind; operation?: string }>([
  ["llm", { step: "llm", operation: "chat" }],
  ["embedding", { step: "embedding", operation: "embeddings" }],
  ["tool", { step: "tool", operation: "execute_tool" }],
  ["retriever", { step: "retriever", operation: "retrieval" }],
]);

/** LangChain's `usage_metadata`: the counts, and their parts as JSON. */
function readUsage(draft: FactsDraft, a: Attributes): void {
  const input = details(a["gen_ai.usage.input_token_details"]);
  const output = details(a["gen_ai.usage.output_token_details"]);
  // LangChain puts OpenAI's tier before the names of the parts.
  const tier = TIERS.find(
    (name) => input[`${name}_cache_read`] !== undefined || output[`${name}_reasoning`] !== undefined,
  );
  addUsage(draft, {
    input: count(a["gen_ai.usage.input_tokens"]),
    cached: count(input.cache_read) ?? count(input[`${tier}_cache_read`]),
    cacheWrite: count(input.cache_creation),
    output: count(a["gen_ai.usage.output_tokens"]),
    reasoning: count(output.reasoning) ?? count(output[`${tier}_reasoning`]),
    inputLeavesOutCache: false,
  });
  addTier(draft, tier);
  const sent = a["langsmith.usage_metadata"] ?? a["langsmith.metadata.usage_metadata"];
  if (typeof sent !== "string" || !sent.includes("_cost")) return;
  const { total_cost: total, input_cost: ofInput, output_cost: ofOutput } = details(sent);
  addCost(draft, total, ofInput, ofOutput);
}

const READ = new Set([...OF_SESSION, "revision_id"]);

const TIERS = ["priority", "flex"] as const;

function details(json: AttributeValue | undefined): { [part: string]: AttributeValue } {
  const read = typeof json === "string" ? parseJson(json) : undefined;
  return isObject(read) ? (read as { [part: string]: AttributeValue }) : {};
}

/** The status of a failed run is set to OK when it ends; only the exception stays. */
function exception(span: Span): string | undefined {
  if (span.events.length === 0) return undefined;
  const found = span.events.findLast((event) => event.name === "exception");
  if (found === undefined) return undefined;
  return firstLine(text(found.attributes["exception.message"]) ?? text(found.attributes["exception.type"]) ?? "error");
}
