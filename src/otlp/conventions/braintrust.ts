import type { Attributes, AttributeValue, StepKind } from "../../events/span.ts";
import { type Convention, setStep } from "./convention.ts";
import { isObject } from "./messages.ts";
import { addMetadataBelow, addMetadataOf } from "./metadata.ts";
import { addCost } from "./money.ts";
import { addPromptOf } from "./prompts.ts";
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
    const whole = partsIn(a["braintrust.metadata"]);
    const metadata = field(a, "braintrust.metadata", whole);
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
    addCost(draft, metrics("estimated_cost") ?? metrics("cost"));
    addPromptOf(draft, metadata("prompt"));
    // On a call they are the parameters of its model. Flattened ones are looked for where a run begins only: they have no
    // common key, and the project's name is on every span.
    if (type !== "llm") addMetadataOf(draft, whole, OF_CALL);
    if (type !== "llm" && span.parent_span_id === null) addMetadataBelow(draft, a, "braintrust.metadata.", OF_CALL);
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

const OF_CALL = new Set(["model", "provider", "prompt"]);

/** A reader of one field's parts, whichever way it was written. */
function field(a: Attributes, key: string, whole = partsIn(a[key])): (part: string) => AttributeValue | undefined {
  return (part) => (whole !== undefined && Object.hasOwn(whole, part) ? whole[part] : a[`${key}.${part}`]);
}

function partsIn(json: AttributeValue | undefined): Attributes | undefined {
  const read = typeof json === "string" ? parseJson(json) : json;
  return isObject(read) ? (read as Attributes) : undefined;
}
