import type { AttributeValue, StepKind } from "../../events/span.ts";
import { type Convention, setStep } from "./convention.ts";
import { isObject } from "./messages.ts";
import { addMetadataBelow, addMetadataOf } from "./metadata.ts";
import { addCost, totalOfBuckets } from "./money.ts";
import { addPrompt } from "./prompts.ts";
import { rawContent } from "./raw.ts";
import { timeToFirstToken } from "./times.ts";
import { addUsage, langfuseUsage } from "./tokens.ts";
import { toolMessages } from "./tools.ts";
import { firstLine, label, labels, parseJson, text } from "./values.ts";

/**
 * Langfuse's SDKs since v3 (Python) and v4 (JS), which export over OTLP. Values that are no strings are JSON text.
 * @see https://langfuse.com/integrations/native/opentelemetry
 */
export const langfuse: Convention = {
  name: "langfuse",

  detect({ attributes }) {
    return (
      attributes["langfuse.observation.type"] !== undefined ||
      // What it puts onto spans of others that it sends on.
      attributes["langfuse.environment"] !== undefined ||
      attributes["langfuse.trace.name"] !== undefined ||
      attributes["langfuse.trace.tags"] !== undefined
    );
  },

  read(draft, span) {
    const { attributes: a } = span;
    draft.session_id ??= label(a["langfuse.session.id"]);
    draft.user_id ??= label(a["langfuse.user.id"]);
    draft.tags ??= labels(a["langfuse.trace.tags"]);
    draft.version ??= label(a["langfuse.release"]) ?? label(a["langfuse.version"]);
    draft.environment ??= label(a["langfuse.environment"]);
    addMetadataOf(draft, a["langfuse.trace.metadata"]);
    addMetadataBelow(draft, a, "langfuse.trace.metadata.");
    draft.model ??= label(a["langfuse.observation.model.name"]) ?? label(a["langfuse.observation.model"]);
    const type = label(a["langfuse.observation.type"]);
    const kind = type === undefined ? undefined : KINDS.get(type);
    // Its wrapper of the OpenAI client calls every request a generation.
    const step = kind?.step === "llm" && draft.model?.includes("embed") ? KINDS.get("embedding") : kind;
    setStep(draft, step?.step);
    draft.operation ??= step?.operation;
    if (type === "tool") draft.tool_name ??= label(span.name);
    if (type === "agent") draft.agent_name ??= label(span.name);
    const usage = parsed(a["langfuse.observation.usage_details"] ?? a["langfuse.observation.usage"]);
    if (isObject(usage)) {
      addUsage(draft, langfuseUsage(usage));
      // Of the older form, in which cost was written among the counts.
      addCost(draft, usage.totalCost, usage.inputCost, usage.outputCost);
    }
    const cost = parsed(a["langfuse.observation.cost_details"]);
    if (isObject(cost)) addCost(draft, totalOfBuckets(cost));
    const prompt = a["langfuse.observation.prompt.name"];
    if (prompt !== undefined) addPrompt(draft, prompt, a["langfuse.observation.prompt.version"]);
    // JSON text of an ISO time: a string in quotes.
    const firstToken = parsed(a["langfuse.observation.completion_start_time"]);
    if (typeof firstToken === "string") draft.time_to_first_token_ms ??= timeToFirstToken(span, firstToken);
    // The status of the span stays unset, whatever happened.
    if (a["langfuse.observation.level"] === "ERROR") {
      draft.error ??= firstLine(text(a["langfuse.observation.status_message"]) ?? "error");
    }
  },

  raw({ attributes: a, name }) {
    const input = a["langfuse.observation.input"] ?? a["langfuse.trace.input"];
    const output = a["langfuse.observation.output"] ?? a["langfuse.trace.output"];
    const type = a["langfuse.observation.type"];
    if (type !== "tool") return rawContent(input, output, type === "generation");
    return toolMessages({ id: undefined, name: text(name), arguments: input, result: output });
  },
};

const KINDS = new Map<string, { step: StepKind; operation?: string }>([
  ["generation", { step: "llm", operation: "chat" }],
  ["embedding", { step: "embedding", operation: "embeddings" }],
  ["tool", { step: "tool", operation: "execute_tool" }],
  ["agent", { step: "agent", operation: "invoke_agent" }],
  ["chain", { step: "chain" }],
  ["retriever", { step: "retriever", operation: "retrieval" }],
  ["guardrail", { step: "guardrail" }],
  ["evaluator", { step: "evaluator" }],
]);

function parsed(value: AttributeValue | undefined): unknown {
  return typeof value === "string" ? parseJson(value) : value;
}
