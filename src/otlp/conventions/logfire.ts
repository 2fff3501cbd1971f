import type { Span } from "../../events/span.ts";
import { type Convention, setStep } from "./convention.ts";
import { addCost } from "./money.ts";
import { firstLine, label, labels, text } from "./values.ts";

/** OpenTelemetry's lowest severity number of an error, which Logfire takes over for its levels: 17 = error, 21 = fatal. */
const ERROR_LEVEL = 17;

/**
 * Pydantic Logfire: any span or log line of an application. What calls a model there speaks the GenAI conventions too.
 * @see https://github.com/pydantic/logfire/blob/main/logfire/_internal/constants.py
 */
export const logfire: Convention = {
  name: "logfire",

  detect({ attributes }) {
    return attributes["logfire.msg_template"] !== undefined || attributes["logfire.span_type"] !== undefined;
  },

  read(draft, { attributes: a }) {
    draft.tags ??= labels(a["logfire.tags"]);
    addCost(draft, a["operation.cost"]);
    // An agent's run as Pydantic AI wrote it before it had the GenAI conventions' name for it.
    const agent = label(a.agent_name);
    if (agent !== undefined && a.model_name !== undefined) {
      setStep(draft, "agent");
      draft.operation ??= "invoke_agent";
      draft.agent_name ??= agent;
    }
    const level = a["logfire.level_num"];
    // A log line is a span of no length whose status is never set; its level is all that tells a failure.
    if (typeof level === "number" && level >= ERROR_LEVEL && a["logfire.span_type"] === "log") {
      draft.error ??= firstLine(text(a["logfire.msg"]) ?? text(a["logfire.msg_template"]) ?? "error");
    }
  },
};

/** What Logfire sends when a span starts, so that it shows before it ends: a child with the span's own name. */
export function isPending({ attributes }: Span): boolean {
  return attributes["logfire.span_type"] === "pending_span";
}
