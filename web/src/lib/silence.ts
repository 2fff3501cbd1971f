import type { Run } from "./api.ts";

/**
 * "silent for 3 min" of a run that goes on and has said nothing for long; null of any other. As the API's `stalled`, which
 * is of the moment of the answer: a page stays open and hears nothing of a silent run.
 * @param minutes the project's `stall_after_minutes`; while it is not known, the API's word holds
 */
export function silence(
  run: Pick<Run, "status" | "seen_at" | "stalled">,
  now: number,
  minutes: number | undefined,
): string | null {
  const silent = now - Date.parse(run.seen_at);
  const stalled = minutes === undefined ? run.stalled : silent >= minutes * 60_000;
  if (run.status !== "running" || !stalled) return null;
  const said = Math.floor(silent / 60_000);
  return said < 60 ? `silent for ${said} min` : `silent for ${Math.floor(said / 60)} h`;
}
