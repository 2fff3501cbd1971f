import type { RunEvent } from "../../events/event.ts";
import type { Finding, ReasoningStep, Synthesis } from "./reasoning-schema.ts";

/** The lists of a reasoning session and what they hold. */
export interface ReasoningRows {
  steps: ReasoningStep;
  synthesis: Synthesis;
  findings: Finding;
}

/** A row and the list that it belongs to. */
export type ReasoningRow = { [Of in keyof ReasoningRows]: { of: Of; row: ReasoningRows[Of] } }[keyof ReasoningRows];

/** What an event says of the thinking in its run; null for all other events. */
export function reasoningRow({ type, data, seq, time }: RunEvent, runId: string): ReasoningRow | null {
  // What the writer named like a place of ours gives way.
  const row = { ...(data as object), seq, time, run_id: runId };
  switch (type) {
    case "REASONING_STEP":
      return { of: "steps", row: row as ReasoningStep };
    case "SYNTHESIS_UPDATED":
      return { of: "synthesis", row: row as Synthesis };
    case "BIAS_DETECTED":
      return { of: "findings", row: { ...row, kind: "bias" } as Finding };
    case "MONITOR_FLAGGED":
      return { of: "findings", row: { ...row, kind: "monitor" } as Finding };
    default:
      return null;
  }
}
