import type { Run } from "./api.ts";

/** As the API's `stalled`, which is of the moment of the answer: a page stays open and hears nothing of a silent run. */
const STALLED_MS = 120_000;

/** "silent for 3 min" of a run that goes on and has said nothing for long; null of any other. */
export function silence(run: Pick<Run, "status" | "seen_at">, now: number): string | null {
  const silent = now - Date.parse(run.seen_at);
  if (run.status !== "running" || !(silent >= STALLED_MS)) return null;
  const minutes = Math.floor(silent / 60_000);
  return minutes < 60 ? `silent for ${minutes} min` : `silent for ${Math.floor(minutes / 60)} h`;
}
