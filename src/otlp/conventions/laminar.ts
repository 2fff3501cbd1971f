import type { StepKind } from "../../events/span.ts";
import { type Convention, setStep } from "./convention.ts";
import { addMetadataBelow } from "./metadata.ts";
import { addCost } from "./money.ts";
import { rawContent } from "./raw.ts";
import { toolMessages } from "./tools.ts";
import { label, labels, text } from "./values.ts";

/**
 * Laminar's SDK. Its calls to models speak the GenAI conventions, old or new; these are the names around them.
 * @see https://github.com/lmnr-ai/lmnr-ts/blob/main/packages/lmnr/src/opentelemetry-lib/tracing/attributes.ts
 */
export const laminar: Convention = {
  name: "laminar",

  detect({ attributes }) {
    return attributes["lmnr.span.path"] !== undefined || attributes["lmnr.span.type"] !== undefined;
  },

  read(draft, span) {
    const { attributes: a } = span;
    const type = label(a["lmnr.span.type"]);
    const kind = type === undefined ? undefined : KINDS.get(type);
    setStep(draft, kind?.step);
    draft.operation ??= kind?.operation;
    if (type === "TOOL") draft.tool_name ??= label(a["gen_ai.tool.name"]) ?? label(span.name);
    draft.session_id ??= label(a["lmnr.association.properties.session_id"]);
    draft.user_id ??= label(a["lmnr.association.properties.user_id"]);
    draft.tags ??= labels(a["lmnr.association.properties.tags"]);
    // A call that the application recorded by itself may have the two sides only.
    if (type === "LLM")
      addCost(draft, a["gen_ai.usage.cost"], a["gen_ai.usage.input_cost"], a["gen_ai.usage.output_cost"]);
    addMetadataBelow(draft, a, "lmnr.association.properties.metadata.");
  },

  raw({ attributes: a, name }) {
    const input = a["lmnr.span.input"];
    const output = a["lmnr.span.output"];
    if (a["lmnr.span.type"] !== "TOOL") return rawContent(input, output, a["lmnr.span.type"] === "LLM");
    return toolMessages({ id: undefined, name: text(name), arguments: input, result: output });
  },
};

// Not here: `DEFAULT`, which is any function and also a call that an instrumentation made, and `CACHED`, an answer that was
// played back.
const KINDS = new Map<string, { step: StepKind; operation?: string }>([
  ["LLM", { step: "llm", operation: "chat" }],
  ["TOOL", { step: "tool", operation: "execute_tool" }],
  ["EVALUATOR", { step: "evaluator" }],
  ["HUMAN_EVALUATOR", { step: "evaluator" }],
  ["EVALUATION", { step: "chain" }],
  ["EXECUTOR", { step: "chain" }],
]);
