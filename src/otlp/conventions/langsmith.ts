import type { Attributes, AttributeValue, Span, StepKind } from "../../events/span.ts";
import { type Convention, type FactsDraft, NO_CONTENT, setStep } from "./convention.ts";
import { isObject } from "./messages.ts";
import { normaliseProvider } from "./providers.ts";
import { rawContent } from "./raw.ts";
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
  addUsage(draft, {
    input: count(a["gen_ai.usage.input_tokens"]),
    cached: count(input.cache_read),
    cacheWrite: count(input.cache_creation),
    output: count(a["gen_ai.usage.output_tokens"]),
    reasoning: count(output.reasoning),
    inputLeavesOutCache: false,
  });
}

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
