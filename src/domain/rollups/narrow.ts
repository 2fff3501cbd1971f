import { type RollupKey, type Rollups, SERIES, type Series, sumInto } from "./rollup.ts";

/** Seconds of the steps in which sums are narrowed. */
export const DAY = 86_400;

type Told = "value" | "service" | "environment" | "model" | "provider" | "operation";

/**
 * Series that hold the sums of another with less told apart: some ten rows where the other has hundreds, and those of users and
 * tags by the day instead of the hour. They are written once a day is over (narrowDay), not with every run: a row of each
 * for every drain would be a tenth of the bill. What comes late to such a day is added to them with the rest (write.ts).
 */
export const NARROW = {
  call_hour_all: { of: "call_hour", tells: [] },
  call_hour_model: { of: "call_hour", tells: ["model", "provider", "operation"] },
  call_hour_place: { of: "call_hour", tells: ["service", "environment"] },
  call_day_all: { of: "call_day", tells: [] },
  call_day_model: { of: "call_day", tells: ["model", "provider", "operation"] },
  call_day_place: { of: "call_day", tells: ["service", "environment"] },
  call_user_day: { of: "call_user", tells: ["value"] },
  call_tag_day: { of: "call_tag", tells: ["value"] },
  run_hour_all: { of: "run_hour", tells: [] },
  run_day_all: { of: "run_day", tells: [] },
} as const satisfies Partial<Record<Series, { of: Series; tells: readonly Told[] }>>;
export type NarrowSeries = keyof typeof NARROW;

const NARROW_OF = Map.groupBy(Object.keys(NARROW) as NarrowSeries[], (series) => NARROW[series].of as Series);

/** What rollups add to the narrow ones of their series. @param past only those of before this time, in seconds */
export function narrowed(rollups: Rollups, past: number): Rollups {
  const found: Rollups = new Map();
  for (const { key, measures } of rollups.values()) {
    if (key.slot >= past) continue;
    for (const series of NARROW_OF.get(key.series) ?? []) {
      const narrow = narrowKey(key, series);
      const name = JSON.stringify(narrow);
      const known = found.get(name);
      if (known) sumInto(known.measures, measures, 1);
      else found.set(name, { key: narrow, measures: { ...measures, latency: new Map(measures.latency) } });
    }
  }
  return found;
}

function narrowKey({ slot, ...key }: RollupKey, series: NarrowSeries): RollupKey {
  const tells: readonly Told[] = NARROW[series].tells;
  const kept = (name: Told) => (tells.includes(name) ? key[name] : "");
  return {
    series,
    slot: slot - (slot % SERIES[series]),
    value: kept("value"),
    service: kept("service"),
    environment: kept("environment"),
    model: kept("model"),
    provider: kept("provider"),
    operation: kept("operation"),
  };
}
