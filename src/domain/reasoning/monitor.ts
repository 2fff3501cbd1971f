import type { FindingData } from "./events.ts";
import type { SessionState } from "./state.ts";

/** The monitors' verdict on the newest step of a session: what they have not said before. */
export function monitorSteps(_state: SessionState): FindingData[] {
  return [];
}
