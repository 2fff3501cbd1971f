import type { Failure } from "./failure.ts";
import { patternOf } from "./pattern.ts";
import type { ErrorGroup } from "./schema.ts";

/** Names and examples of a group. */
const MOST_NAMES = 5;
const EXAMPLES = 3;

/** Failures by their cause, those first that occur most, and of these the newest. */
export function groupFailures(failures: readonly Failure[]): ErrorGroup[] {
  const causes = Map.groupBy(failures, causeOf);
  return [...causes.values()].map(groupOf).sort((a, b) => b.count - a.count || (a.last_seen < b.last_seen ? 1 : -1));
}

/** What failures of one cause have in common. */
export function causeOf({ exception, message, name }: Failure): string {
  return JSON.stringify([exception, patternOf(message), patternOf(name)]);
}

function groupOf(failures: Failure[]): ErrorGroup {
  const newest = failures.toSorted((a, b) => (a.time < b.time ? 1 : -1));
  const [last] = newest as [Failure];
  const runs = Map.groupBy(newest, ({ run_id }) => run_id);
  return {
    message: patternOf(last.message),
    exception: last.exception,
    span_name: patternOf(last.name),
    step: last.step,
    count: failures.length,
    run_count: runs.size,
    first_seen: newest.at(-1)?.time ?? last.time,
    last_seen: last.time,
    services: names(newest.map(({ service }) => service)),
    models: names(newest.map(({ model }) => model)),
    // Of different runs: the same run again would tell nothing new.
    examples: [...runs.values()]
      .slice(0, EXAMPLES)
      .map((of) => of[0] as Failure)
      .map(({ run_id, span_id, message, time }) => ({
        run_id,
        span_id,
        time,
        message,
      })),
  };
}

function names(values: (string | null)[]): string[] {
  return [...new Set(values.filter((value) => value !== null))].slice(0, MOST_NAMES).sort();
}
