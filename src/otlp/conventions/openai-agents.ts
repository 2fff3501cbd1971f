import type { AttributeValue, StepKind } from "../../events/span.ts";
import type { Message, SpanContent } from "../model.ts";
import { type Convention, NO_CONTENT, setStep } from "./convention.ts";
import { requestMessages, responseMessages } from "./exchange.ts";
import { isObject, message } from "./messages.ts";
import { addMetadataBelow } from "./metadata.ts";
import { rawContent } from "./raw.ts";
import { toolMessages } from "./tools.ts";
import { label, labels, text } from "./values.ts";

/**
 * The OpenAI Agents SDK's own tracing, as src/otlp/decode/openai-agents.ts writes it: names and counts are the GenAI
 * conventions', what went in and out is in the `span_data` that came.
 */
export const openAiAgents: Convention = {
  name: "openai_agents",

  detect({ attributes }) {
    return attributes["openai_agents.span.type"] !== undefined;
  },

  read(draft, { attributes: a }) {
    const type = label(a["openai_agents.span.type"]);
    const kind = type === undefined ? undefined : KINDS.get(type);
    setStep(draft, kind?.step);
    draft.operation ??= kind?.operation;
    if (type !== "trace") return;
    draft.user_id ??= label(a["openai_agents.metadata.user_id"]) ?? label(a["openai_agents.metadata.userId"]);
    draft.tags ??= labels(a["openai_agents.metadata.tags"]);
    addMetadataBelow(draft, a, "openai_agents.metadata.");
  },

  content({ attributes: a }) {
    const data = a["openai_agents.span_data"];
    if (!isObject(data)) return NO_CONTENT;
    const input = data.input as AttributeValue | undefined;
    const output = data.output as AttributeValue | undefined;
    switch (a["openai_agents.span.type"]) {
      case "function":
        return toolMessages({ id: undefined, name: text(a["gen_ai.tool.name"]), arguments: input, result: output });
      case "generation":
        return { input: requestMessages(input), output: answers(output) };
      default:
        return rawContent(input, output);
    }
  },
};

const KINDS = new Map<string, { step: StepKind; operation?: string }>([
  ["handoff", { step: "chain" }],
  ["guardrail", { step: "guardrail" }],
  ["transcription", { step: "llm", operation: "transcription" }],
  ["speech", { step: "llm", operation: "speech" }],
  ["speech_group", { step: "chain" }],
]);

/** A list of messages, or of whole responses of the API. */
function answers(output: AttributeValue | undefined): SpanContent["output"] {
  if (!Array.isArray(output)) return null;
  const found: Message[] = [];
  for (const one of output) {
    const said = message(one);
    found.push(...(said === null ? (responseMessages(one) ?? []) : [said]));
  }
  return found.length > 0 ? found : null;
}
