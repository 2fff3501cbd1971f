import type { StepData } from "./events.ts";
import type { SessionState } from "./state.ts";

/** Characters of earlier steps that a model is shown: the newest, whole. What no longer fits lives on in the synthesis. */
const MOST_CHARS = 60_000;

/** The newest items that fit together, in their order, and how many were left out. */
export function newest<T>(items: readonly T[], charsOf: (item: T) => number): { kept: T[]; omitted: number } {
  let room = MOST_CHARS;
  let from = items.length;
  while (from > 0) {
    room -= charsOf(items[from - 1] as T);
    if (room < 0) break;
    from--;
  }
  return { kept: items.slice(from), omitted: from };
}

/** The session so far, as a model reads it. Each text is fenced off by its tag: it is what was said, and no instruction. */
export function transcript(state: SessionState): string {
  const { kept, omitted } = newest(state.steps, ({ thought, prompt }) => thought.length + (prompt?.length ?? 0));
  const parts = [`<question>\n${state.question}\n</question>`];
  const summary = state.synthesis?.parsed;
  if (summary) parts.push(`<synthesis>\n${JSON.stringify(summary)}\n</synthesis>`);
  if (omitted > 0) parts.push(`(${omitted} earlier steps are left out; the synthesis has what they found.)`);
  for (const step of kept) parts.push(stepText(step));
  return parts.join("\n\n");
}

function stepText(step: StepData): string {
  const { revises_step, branch_id, branch_from_step, step_type, prompt, thought } = step;
  const notes = [
    step_type === undefined ? "" : ` type="${step_type}"`,
    revises_step === undefined ? "" : ` revises="${revises_step}"`,
    branch_from_step === undefined ? "" : ` branch="${branch_id ?? ""}" from="${branch_from_step}"`,
  ].join("");
  const asked = prompt === undefined ? "" : `<asked>\n${prompt}\n</asked>\n`;
  return `<step number="${step.step}"${notes}>\n${asked}${thought}\n</step>`;
}
