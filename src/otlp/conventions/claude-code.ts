import type { Attributes, StepKind } from "../../events/span.ts";
import { type Convention, NO_CONTENT, setStep } from "./convention.ts";
import { addTier, tierOf } from "./tiers.ts";
import { addUsage } from "./tokens.ts";
import { toolMessages } from "./tools.ts";
import { amount, count, firstLine, label, text } from "./values.ts";

/**
 * Claude Code and its Agent SDK: names without a prefix, so its scope tells it. A tool's run is `tool`; the waiting for
 * leave and the execution inside it are parts of it. Messages are in log records, all but the user's prompt.
 * @see https://code.claude.com/docs/en/monitoring-usage
 */
export const claudeCode: Convention = {
  name: "claude_code",

  detect({ attributes }, { scope }) {
    return attributes["span.type"] !== undefined && scope.name.startsWith("com.anthropic.claude_code");
  },

  read(draft, { attributes: a }) {
    const type = label(a["span.type"]);
    const kind = type === undefined ? undefined : KINDS.get(type);
    setStep(draft, kind?.step);
    draft.operation ??= kind?.operation;
    draft.model ??= label(a.model);
    draft.version ??= label(a["app.version"]);
    if (kind?.step === "tool") {
      draft.tool_name ??= label(a.tool_name);
      // The agent that this tool starts.
      draft.agent_name ??= label(a.subagent_type);
    }
    if (kind?.step === "llm") {
      // The main agent's requests have no such id.
      if (a.agent_id !== undefined) draft.agent_name ??= label(a["agent.name"]) ?? label(a.query_source);
      addTier(draft, tierOf(a));
      addUsage(draft, {
        input: count(a.input_tokens),
        cached: count(a.cache_read_tokens),
        cacheWrite: count(a.cache_creation_tokens),
        output: count(a.output_tokens),
        reasoning: undefined,
        // As Anthropic's API counts them.
        inputLeavesOutCache: true,
      });
      draft.time_to_first_token_ms ??= amount(a.ttft_ms);
    }
    if (a.success === false || a.success === "false") draft.error ??= firstLine(text(a.error) ?? "error");
  },

  content({ attributes: a, events }) {
    const prompt = text(a.user_prompt);
    if (prompt !== undefined)
      return { input: [{ role: "user", parts: [{ type: "text", text: prompt }] }], output: null };
    if (a["span.type"] !== "tool") return NO_CONTENT;
    const output = events.find((event) => event.name === "tool.output");
    return toolMessages({
      id: text(a.tool_use_id),
      name: text(a.tool_name),
      arguments: a.tool_input ?? argumentsOf(a),
      result: output?.attributes,
    });
  },
};

const KINDS = new Map<string, { step: StepKind; operation?: string }>([
  ["interaction", { step: "agent", operation: "invoke_agent" }],
  ["llm_request", { step: "llm", operation: "chat" }],
  ["tool", { step: "tool", operation: "execute_tool" }],
]);

/** The few arguments that it writes as attributes of their own. */
function argumentsOf(a: Attributes): Attributes | undefined {
  const found: Attributes = {};
  for (const name of ["file_path", "full_command", "skill_name", "subagent_type"]) {
    const value = a[name];
    if (value !== undefined) found[name] = value;
  }
  return Object.keys(found).length > 0 ? found : undefined;
}
