import type { Attributes, AttributeValue, StepKind } from "../../events/span.ts";
import { type Convention, setStep } from "./convention.ts";
import { isObject } from "./messages.ts";
import { normaliseProvider } from "./providers.ts";
import { rawContent } from "./raw.ts";
import { addUsage } from "./tokens.ts";
import { toolMessages } from "./tools.ts";
import { amount, count, label, labels, parseJson, text } from "./values.ts";

/**
 * Braintrust's own names: each field is one JSON text (`braintrust.metrics`) or flattened (`braintrust.metrics.tokens`).
 * @see https://www.braintrust.dev/docs/integrations/sdk-integrations/opentelemetry/attributes
 */
export const braintrust: Convention = {
  name: "braintrust",

  detect({ attributes }) {
    return (
      attributes["braintrust.parent"] !== undefined ||
      attributes["braintrust.span_attributes"] !== undefined ||
      attributes["braintrust.span_attributes.type"] !== undefined ||
      attributes["braintrust.input_json"] !== undefined
    );
  },

  read(draft, span) {
    const { attributes: a } = span;
    const of = field(a, "braintrust.span_attributes");
    const metadata = field(a, "braintrust.metadata");
    const metrics = field(a, "braintrust.metrics");
    const type = label(of("type"));
    draft.model ??= label(metadata("model"));
    let kind = type === undefined ? undefined : KINDS.get(type);
    if (kind?.step === "llm" && draft.model?.includes("embed")) kind = { step: "embedding", operation: "embeddings" };
    setStep(draft, kind?.step);
    draft.operation ??= kind?.operation;
    if (type === "tool") draft.tool_name ??= label(of("name")) ?? label(span.name);
    const provider = label(metadata("provider"));
    if (provider !== undefined) draft.provider ??= normaliseProvider(provider);
    draft.session_id ??= label(metadata("session_id"));
    draft.user_id ??= label(metadata("user_id"));
    draft.tags ??= labels(a["braintrust.tags"]);
    addUsage(draft, {
      input: count(metrics("prompt_tokens")),
      cached: count(metrics("prompt_cached_tokens")),
      cacheWrite: count(metrics("prompt_cache_creation_tokens")),
      output: count(metrics("completion_tokens")),
      reasoning: count(metrics("completion_reasoning_tokens")),
      inputLeavesOutCache: false,
    });
    const seconds = amount(metrics("time_to_first_token"));
    if (seconds !== undefined) draft.time_to_first_token_ms ??= Math.round(seconds * 1e6) / 1e3;
  },

  raw({ attributes: a, name }) {
    const input = a["braintrust.input_json"] ?? a["braintrust.input"];
    const output = a["braintrust.output_json"] ?? a["braintrust.output"];
    const type = field(a, "braintrust.span_attributes")("type");
    if (type !== "tool") return rawContent(input, output, type === "llm");
    return toolMessages({ id: undefined, name: text(name), arguments: input, result: output });
  },
};

const KINDS = new Map<string, { step: StepKind; operation?: string }>([
  ["llm", { step: "llm", operation: "chat" }],
  ["tool", { step: "tool", operation: "execute_tool" }],
  ["score", { step: "evaluator" }],
  ["function", { step: "chain" }],
  ["task", { step: "chain" }],
  ["eval", { step: "chain" }],
]);

/** A reader of one field's parts, whichever way it was written. */
function field(a: Attributes, key: string): (part: string) => AttributeValue | undefined {
  const json = a[key];
  const read = typeof json === "string" ? parseJson(json) : json;
  const parts = isObject(read) ? (read as { [part: string]: AttributeValue }) : undefined;
  return (part) => (parts !== undefined && Object.hasOwn(parts, part) ? parts[part] : a[`${key}.${part}`]);
}
