import type { StepKind } from "../../events/span.ts";
import { type Convention, setStep } from "./convention.ts";
import { addMetadataBelow, OF_SESSION } from "./metadata.ts";
import { addPrompt } from "./prompts.ts";
import { rawContent } from "./raw.ts";
import { toolMessages } from "./tools.ts";
import { label, labels, text } from "./values.ts";

/** OpenLLMetry's (Traceloop's) own names: its workflow, task, agent and tool spans, and what it puts on all others. */
export const traceloop: Convention = {
  name: "traceloop",

  detect({ attributes }) {
    return (
      attributes["traceloop.span.kind"] !== undefined ||
      attributes["traceloop.workflow.name"] !== undefined ||
      attributes["traceloop.association.properties.session_id"] !== undefined ||
      attributes["traceloop.association.properties.user_id"] !== undefined
    );
  },

  read(draft, { attributes: a }) {
    const kind = label(a["traceloop.span.kind"]);
    if (kind !== undefined) {
      const known = KINDS.get(kind);
      setStep(draft, known?.step);
      draft.operation ??= known?.operation;
      if (kind === "tool") draft.tool_name ??= label(a["traceloop.entity.name"]);
      if (kind === "agent") draft.agent_name ??= label(a["traceloop.entity.name"]);
    }
    draft.session_id ??=
      label(a["traceloop.association.properties.session_id"]) ??
      // LangGraph's word for it.
      label(a["traceloop.association.properties.thread_id"]);
    draft.user_id ??= label(a["traceloop.association.properties.user_id"]);
    draft.tags ??= labels(a["traceloop.association.properties.tags"]);
    // They are on every span of a workflow: its own spans are enough, where there are any.
    if (kind !== undefined || a["traceloop.workflow.name"] === undefined) {
      addMetadataBelow(draft, a, "traceloop.association.properties.", OF_SESSION);
    }
    const prompt = a["traceloop.prompt.key"];
    if (prompt !== undefined) {
      const version = a["traceloop.prompt.version"] ?? a["traceloop.prompt.version_name"];
      addPrompt(draft, prompt, version ?? a["traceloop.prompt.version_hash"]);
    }
  },

  raw({ attributes: a }) {
    const input = a["traceloop.entity.input"];
    const output = a["traceloop.entity.output"];
    if (a["traceloop.span.kind"] !== "tool") return rawContent(input, output);
    return toolMessages({ id: undefined, name: text(a["traceloop.entity.name"]), arguments: input, result: output });
  },
};

const KINDS = new Map<string, { step: StepKind; operation?: string }>([
  ["workflow", { step: "chain" }],
  ["task", { step: "chain" }],
  ["agent", { step: "agent", operation: "invoke_agent" }],
  ["tool", { step: "tool", operation: "execute_tool" }],
]);
