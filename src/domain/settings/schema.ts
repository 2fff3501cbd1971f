import { z } from "@hono/zod-openapi";

const stallAfter = z.number().int().min(1).max(1_440);
const retention = z.number().int().min(1).max(3_650).nullable();

const search = z.boolean();
const monitors = z.boolean();

const STALL_AFTER = "Minutes of silence after which a run that goes on is shown as stalled";
const RETENTION = "Days for which runs are kept; null = for ever";
const SEARCH = "Whether the texts of runs are indexed, so that `q` finds them";
const MONITORS = "Whether the model calls of runs that ended are judged: MONITOR_FLAGGED events say what was found";

/** A project's settings, as every door answers them: all of them, with the default of what was never chosen. */
export const settingsSchema = z
  .object({
    stall_after_minutes: stallAfter.openapi({ description: STALL_AFTER }),
    retention_days: retention.openapi({ description: RETENTION }),
    search: search.openapi({ description: SEARCH }),
    monitors: monitors.openapi({ description: MONITORS }),
  })
  .openapi("Settings");
export type Settings = z.infer<typeof settingsSchema>;

/** What a client may choose, and what is stored of it: a default of tomorrow holds for whoever did not choose. */
export const chosenSettingsSchema = z
  .strictObject({
    stall_after_minutes: stallAfter.optional().openapi({ description: `${STALL_AFTER}; left out: 2` }),
    retention_days: retention.optional().openapi({ description: `${RETENTION}; left out: for ever` }),
    search: search.optional().openapi({ description: `${SEARCH}; left out: true` }),
    monitors: monitors.optional().openapi({ description: `${MONITORS}; left out: true` }),
  })
  .openapi("ChosenSettings");
export type ChosenSettings = z.infer<typeof chosenSettingsSchema>;

/** Two minutes are longer than what one span usually takes to end and its exporter to send it. */
export const DEFAULT_SETTINGS: Settings = {
  stall_after_minutes: 2,
  retention_days: null,
  search: true,
  monitors: true,
};

/** Settings from what a project's row holds. What does not fit the schema of today has its default. */
export function settingsFrom(json: string): Settings {
  const chosen = JSON.parse(json) as Record<string, unknown>;
  const stall = stallAfter.safeParse(chosen.stall_after_minutes);
  const days = retention.safeParse(chosen.retention_days);
  const found = search.safeParse(chosen.search);
  const judged = monitors.safeParse(chosen.monitors);
  return {
    stall_after_minutes: stall.success ? stall.data : DEFAULT_SETTINGS.stall_after_minutes,
    retention_days: days.success ? days.data : DEFAULT_SETTINGS.retention_days,
    search: found.success ? found.data : DEFAULT_SETTINGS.search,
    monitors: judged.success ? judged.data : DEFAULT_SETTINGS.monitors,
  };
}
