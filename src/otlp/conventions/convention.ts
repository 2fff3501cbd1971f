import type { Span, SpanContext, SpanFacts, StepKind, TokenUsage } from "../../events/span.ts";
import type { SpanContent } from "../model.ts";

/**
 * One way of writing what an agent does into a span's attributes. To add one: a file with a `Convention`, a line in the
 * table of `index.ts`, and its captured requests under test/fixtures.
 */
export interface Convention {
  name: string;
  /** Whether the span speaks it. Runs on every span that comes in: a few look-ups, no loop. */
  detect(span: Span, context: SpanContext): boolean;
  /** Writes what it knows into the draft. A field that an earlier convention of the table has set stays. */
  read(draft: FactsDraft, span: Span, context: SpanContext): void;
  /** The messages of the span, if the convention wrote them as messages. Runs when a span is opened. */
  content?(span: Span, context: SpanContext): SpanContent;
  /** The span's input and output as one opaque value each: taken where no convention has messages. */
  raw?(span: Span, context: SpanContext): SpanContent;
}

/** Facts on the way: the same object shape for every span, whatever its conventions knew. */
export interface FactsDraft extends SpanFacts {
  operation: string | undefined;
  model: string | undefined;
  provider: string | undefined;
  usage: TokenUsage | undefined;
  time_to_first_token_ms: number | undefined;
  session_id: string | undefined;
  user_id: string | undefined;
  tags: string[] | undefined;
  tool_name: string | undefined;
  agent_name: string | undefined;
  prompt_name: string | undefined;
  prompt_version: string | undefined;
  version: string | undefined;
  environment: string | undefined;
  metadata: SpanFacts["metadata"] | undefined;
  client_cost_nano_usd: number | undefined;
  service_tier: string | undefined;
  error: string | undefined;
}

export const NO_CONTENT: SpanContent = Object.freeze({ input: null, output: null });

export function emptyDraft(): FactsDraft {
  return {
    step: "span",
    operation: undefined,
    model: undefined,
    provider: undefined,
    usage: undefined,
    time_to_first_token_ms: undefined,
    session_id: undefined,
    user_id: undefined,
    tags: undefined,
    tool_name: undefined,
    agent_name: undefined,
    prompt_name: undefined,
    prompt_version: undefined,
    version: undefined,
    environment: undefined,
    metadata: undefined,
    client_cost_nano_usd: undefined,
    service_tier: undefined,
    error: undefined,
  };
}

/** Sets the step unless an earlier convention knew it; `span` means that none did. */
export function setStep(draft: FactsDraft, step: StepKind | undefined): void {
  if (draft.step === "span" && step !== undefined) draft.step = step;
}
