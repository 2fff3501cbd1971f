import type { Span, SpanContext, SpanFacts } from "../../events/span.ts";
import type { SpanContent } from "../model.ts";
import { aiGateway } from "./ai-gateway.ts";
import { braintrust } from "./braintrust.ts";
import { claudeCode } from "./claude-code.ts";
import { common } from "./common.ts";
import { type Convention, emptyDraft, type FactsDraft } from "./convention.ts";
import { genAi } from "./gen-ai.ts";
import { genAiOld } from "./gen-ai-old.ts";
import { genkit } from "./genkit.ts";
import { laminar } from "./laminar.ts";
import { langfuse } from "./langfuse.ts";
import { langSmith } from "./langsmith.ts";
import { langWatch } from "./langwatch.ts";
import { isPending, logfire } from "./logfire.ts";
import { mastra } from "./mastra.ts";
import { openAiAgents } from "./openai-agents.ts";
import { openInference } from "./openinference.ts";
import { markRefusal } from "./refused.ts";
import { traceloop } from "./traceloop.ts";
import { vercelAi, vercelAi7 } from "./vercel-ai.ts";

/**
 * Every convention, the most trusted first. A span may speak several; each field is taken from the first in this order that
 * has it.
 */
const CONVENTIONS: readonly Convention[] = [
  // OpenTelemetry's own names for a session, a user and a failure mean the same whoever writes them.
  common,
  // What made the span knows best which span is the call and which only wraps it, and what its counts mean. A translation
  // into the names below (Vercel's and Mastra's into OpenInference) blurs both.
  vercelAi,
  vercelAi7,
  mastra,
  genkit,
  claudeCode,
  openAiAgents,
  aiGateway,
  // A tracing product's SDK may record a call itself, or send on a span of the above with its names beside.
  langSmith,
  langfuse,
  langWatch,
  braintrust,
  laminar,
  logfire,
  // The conventions that many share. OpenInference says of each span what it is; OpenLLMetry's own names say more of its
  // spans than the older conventions that it writes beside them.
  openInference,
  traceloop,
  genAi,
  genAiOld,
];

/**
 * Whether a span is no step of the run but a note about one that will come or came on its own: it must not be stored or
 * counted. Asked of every span before anything else is read of it.
 */
export function isBookkeeping(span: Span): boolean {
  return isPending(span);
}

/**
 * What kind of step a span is, which model it called, with how many tokens, for whom: whatever convention said so.
 * A field that nobody sent is undefined, never 0. A wrapper that repeats its child's usage keeps it here.
 */
export function readFacts(span: Span, context: SpanContext): SpanFacts {
  const draft = emptyDraft();
  for (let i = 0; i < CONVENTIONS.length; i++) {
    const convention = CONVENTIONS[i] as Convention;
    if (convention === genAiOld && isWhole(draft, span)) continue;
    if (convention.detect(span, context)) convention.read(draft, span, context);
  }
  // Last: it asks for the step, the usage and the error, wherever they came from.
  markRefusal(draft, span);
  return draft;
}

/** Whether the older GenAI conventions, which clients write beside the new ones, could add nothing to a call. */
function isWhole({ operation, model, provider, usage }: FactsDraft, { attributes }: Span): boolean {
  return (
    usage !== undefined &&
    usage.input !== null &&
    usage.output !== null &&
    model !== undefined &&
    provider !== undefined &&
    operation !== undefined &&
    (usage.reasoning !== null || attributes["llm.usage.reasoning_tokens"] === undefined)
  );
}

/** The messages that a span took in and gave back; null where it recorded none. */
export function readContent(span: Span, context: SpanContext): SpanContent {
  const spoken = CONVENTIONS.filter((convention) => convention.detect(span, context));
  const content: SpanContent = { input: null, output: null };
  for (const convention of spoken) add(content, convention.content?.(span, context));
  for (const convention of spoken) {
    if (content.input === null || content.output === null) add(content, convention.raw?.(span, context));
  }
  return content;
}

function add(content: SpanContent, more: SpanContent | undefined): void {
  if (more === undefined) return;
  content.input ??= more.input;
  content.output ??= more.output;
}
