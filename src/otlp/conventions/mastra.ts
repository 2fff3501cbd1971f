import type { Attributes, AttributeValue, Span, StepKind } from "../../events/span.ts";
import type { SpanContent } from "../model.ts";
import { type Convention, type FactsDraft, NO_CONTENT, setStep } from "./convention.ts";
import { isObject, message } from "./messages.ts";
import { addMetadataBelow, metadataObject } from "./metadata.ts";
import { addPromptOf } from "./prompts.ts";
import { readProviderMetadata } from "./provider-metadata.ts";
import { rawContent } from "./raw.ts";
import { timeToFirstToken } from "./times.ts";
import { jsonOrText, label, labels, parseJson, text } from "./values.ts";

/**
 * Mastra's exporters, beside the GenAI conventions (@mastra/otel-exporter) or OpenInference (@mastra/arize):
 * `mastra.span.type` is on every span. One answer of an agent is a generation, of steps, of which each calls a model once
 * and streams chunks; which of them stands for the call differs by exporter and version, and only that one names a model.
 * @see https://github.com/mastra-ai/mastra/blob/main/observability/otel-exporter/src/gen-ai-semantics.ts
 */
export const mastra: Convention = {
  name: "mastra",

  detect({ attributes }) {
    return attributes["mastra.span.type"] !== undefined;
  },

  read(draft, span) {
    const { attributes: a } = span;
    const type = label(a["mastra.span.type"]);
    const kind = type === undefined ? undefined : KINDS.get(type);
    if (kind?.step === "llm" && !namesModel(a)) setStep(draft, "chain");
    else {
      setStep(draft, kind?.step);
      draft.operation ??= kind?.operation;
    }
    draft.session_id ??= label(a["mastra.metadata.sessionId"]) ?? label(a["mastra.metadata.threadId"]);
    draft.user_id ??= label(a["mastra.metadata.userId"]) ?? label(a["mastra.metadata.resourceId"]);
    draft.tags ??= labels(a["mastra.tags"]);
    readMetadata(draft, span);
    if (kind?.step === "agent" || type === "workflow_run") {
      // Of a model's spans they are what the provider answered.
      addMetadataBelow(draft, a, "mastra.metadata.", READ);
      if (kind?.step === "agent") draft.agent_name ??= label(a["gen_ai.agent.name"]) ?? agentOf(span.name);
    }
    if (draft.step === "llm") {
      readProviderMetadata(draft, a["mastra.metadata.providerMetadata"]);
      // The link to a prompt in Langfuse.
      const linked = a["mastra.metadata.langfuse"];
      if (linked !== undefined) addPromptOf(draft, metadataObject(linked)?.prompt);
    }
    const firstToken = a["mastra.completion_start_time"];
    if (typeof firstToken === "string") draft.time_to_first_token_ms ??= timeToFirstToken(span, firstToken);
  },

  content({ attributes: a }) {
    const type = text(a["mastra.span.type"]);
    if (type === undefined) return NO_CONTENT;
    const input = a[`mastra.${type}.input`];
    const output = a[`mastra.${type}.output`];
    if (input === undefined && output === undefined) return NO_CONTENT;
    const content = rawContent(input, output, type === "agent_run");
    const instructions = text(a["gen_ai.system_instructions"]);
    if (instructions !== undefined && content.input?.[0]?.role !== "system") {
      content.input = [{ role: "system", parts: [{ type: "text", text: instructions }] }, ...(content.input ?? [])];
    }
    content.output = answer(output) ?? content.output;
    return content;
  },
};

/** Read as session, user and prompt. */
const READ = new Set(["threadId", "resourceId", "langfuse"]);

const TOOL = { step: "tool", operation: "execute_tool" } as const;

const KINDS = new Map<string, { step: StepKind; operation?: string }>([
  ["model_generation", { step: "llm", operation: "chat" }],
  ["model_inference", { step: "llm", operation: "chat" }],
  ["llm_generation", { step: "llm", operation: "chat" }],
  ["model_step", { step: "chain" }],
  ["model_chunk", { step: "chain" }],
  ["llm_chunk", { step: "chain" }],
  ["rag_embedding", { step: "embedding", operation: "embeddings" }],
  ["tool_call", TOOL],
  ["mcp_tool_call", TOOL],
  ["provider_tool_call", TOOL],
  ["client_tool_call", TOOL],
  ["agent_run", { step: "agent", operation: "invoke_agent" }],
  ["workflow_run", { step: "chain", operation: "invoke_workflow" }],
  ["workflow_step", { step: "chain" }],
  ["processor_run", { step: "chain" }],
  ["scorer_run", { step: "evaluator" }],
]);

/** What an agent, a generation or a step gave: `{text, toolCalls}`. */
function answer(output: AttributeValue | undefined): SpanContent["output"] {
  const read = jsonOrText(output);
  if (!isObject(read) || typeof read.text !== "string") return null;
  const one = message({ role: "assistant", content: read.text, tool_calls: read.toolCalls });
  return one === null || one.parts.length === 0 ? null : [one];
}

function namesModel(a: Attributes): boolean {
  return a["gen_ai.request.model"] !== undefined || a["llm.model_name"] !== undefined;
}

/** `invoke_agent Weather Agent`, and before that `agent run: 'weather-agent'`. */
function agentOf(name: string): string | undefined {
  const found = /^(?:invoke_agent |agent run: )'?(.+?)'?$/.exec(name);
  return label(found?.[1]);
}

/** In OpenInference's form the metadata is one JSON text; once in a trace is enough. */
function readMetadata(draft: FactsDraft, span: Span): void {
  const { metadata } = span.attributes;
  if (span.parent_span_id !== null || typeof metadata !== "string") return;
  const read = parseJson(metadata);
  if (!isObject(read)) return;
  draft.session_id ??= label(read.sessionId as AttributeValue | undefined);
  draft.user_id ??= label(read.userId as AttributeValue | undefined);
}
