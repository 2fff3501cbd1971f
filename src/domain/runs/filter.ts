import type { RunKind, RunStatus } from "../../events/event.ts";
import { type LabelKind, labelOf } from "../projection/labels.ts";
import { peaksOf } from "../projection/peaks.ts";
import { RUN_VALUE_SQL, RUN_VALUES } from "../projection/run-values.ts";
import type { Params } from "./params.ts";
import { STATUS_SQL } from "./run-from-row.ts";
import { nanoOf } from "./time-of.ts";

export const RUN_SORTS = ["started_at", ...RUN_VALUES] as const;
export type RunSort = (typeof RUN_SORTS)[number];
export type Order = "asc" | "desc";

/** What a list of runs is narrowed to. Several values of one field = any of them, but of `tag`: all of them. */
export interface RunFilter {
  kind?: readonly RunKind[] | undefined;
  status?: readonly RunStatus[] | undefined;
  service?: readonly string[] | undefined;
  environment?: readonly string[] | undefined;
  model?: readonly string[] | undefined;
  provider?: readonly string[] | undefined;
  tool?: readonly string[] | undefined;
  tag?: readonly string[] | undefined;
  session_id?: readonly string[] | undefined;
  parent_run_id?: readonly string[] | undefined;
  user_id?: readonly string[] | undefined;
  name?: readonly string[] | undefined;
  /** RFC 3339, inclusive. */
  from?: string | undefined;
  /** RFC 3339, exclusive. */
  to?: string | undefined;
  /** US dollars, inclusive, as the other bounds below. A run whose cost or duration is not known is in no range. */
  min_cost?: number | undefined;
  max_cost?: number | undefined;
  min_duration_ms?: number | undefined;
  max_duration_ms?: number | undefined;
  has_error?: boolean | undefined;
}

/** Values of one field; with all fields and a cursor that stays below the 100 parameters of a query in D1. */
export const MAX_VALUES = 6;

/** The code that `runs.outcome` has for a status; a run that is still open has 0 and a status by the clock. */
const OUTCOMES = { success: 1, error: 2, cancelled: 3 } as const;

/** The conditions on a run's own columns; all but those on its status and its start, which depend on the way that is taken. */
export function testsOf(filter: RunFilter, params: Params): string[] {
  const any = (values: readonly string[]) => `(${values.map((value) => params.of(value)).join(", ")})`;
  const tests: string[] = [];
  for (const column of ["kind", "service", "environment", "session_id", "parent_run_id", "user_id", "name"] as const) {
    const values = filter[column];
    if (values?.length) tests.push(`${column} IN ${any(values)}`);
  }
  const within = (json: string, values: readonly string[]) =>
    tests.push(`EXISTS (SELECT 1 FROM json_each(${json}) WHERE value IN ${any(values)})`);
  if (filter.model?.length) within("models", filter.model);
  if (filter.provider?.length) within("providers", filter.provider);
  for (const tag of filter.tag ?? []) within("tags", [tag]);
  // Not carried by an index, so that it is asked last.
  if (filter.tool?.length) within("details ->> 'tools'", filter.tool);
  if (filter.has_error !== undefined) tests.unshift(filter.has_error ? "error_count > 0" : "error_count = 0");
  tests.unshift(...rangesOf(filter, params));
  return tests;
}

/** The conditions by which a run is within the filter's bounds. */
function rangesOf(filter: RunFilter, params: Params): string[] {
  return boundsOf(filter).flatMap(({ of, least, most }) => [
    ...(least === undefined ? [] : [`${RUN_VALUE_SQL[of]} >= ${params.of(least)}`]),
    ...(most === undefined ? [] : [`${RUN_VALUE_SQL[of]} <= ${params.of(most)}`]),
  ]);
}

/** The conditions by which a slot of `run_peaks` may hold a run within the filter's bounds; none if it sets none. */
export function peakTestsOf(filter: RunFilter, params: Params): string[] {
  return boundsOf(filter).flatMap(({ of, least, most }) => [
    ...(least === undefined ? [] : [`${peaksOf(of).max} >= ${params.of(least)}`]),
    ...(most === undefined ? [] : [`${peaksOf(of).min} <= ${params.of(most)}`]),
  ]);
}

/** The bounds that the filter sets, in the units of the rows. */
function boundsOf(filter: RunFilter) {
  return [
    { of: "cost", least: scaled(filter.min_cost, 1e9), most: scaled(filter.max_cost, 1e9) },
    { of: "duration", least: scaled(filter.min_duration_ms, 1e6), most: scaled(filter.max_duration_ms, 1e6) },
  ] as const;
}

function scaled(value: number | undefined, by: number): number | undefined {
  return value === undefined ? undefined : Math.round(value * by);
}

/** The condition that a run has one of the statuses. @param over as `overSince` gives it, in milliseconds */
export function statusTest(statuses: readonly RunStatus[], over: number, params: Params): string {
  const any = statuses.map((status) => params.of(status)).join(", ");
  return `${STATUS_SQL.replace("?", params.of(over))} IN (${any})`;
}

/** The outcomes that runs with these statuses have, once their end has come. */
export function outcomesOf(statuses: readonly RunStatus[]): number[] {
  return statuses.filter((status) => status !== "running").map((status) => OUTCOMES[status]);
}

/** The bounds of the start, in nanoseconds. @throws AppError `invalid_request` for a time that is none */
export function timesOf(filter: RunFilter): { from?: string; to?: string } {
  return {
    ...(filter.from === undefined ? {} : { from: nanoOf("from", filter.from) }),
    ...(filter.to === undefined ? {} : { to: nanoOf("to", filter.to) }),
  };
}

/**
 * The labels that a slot must have to hold a run that fits: one of each group. Groups of few are first, and among them those
 * that usually tell most.
 */
export function hintsOf(filter: RunFilter, outcomes: readonly number[] = []): string[][] {
  const group = (kind: LabelKind, values: readonly (string | number)[] | undefined) =>
    values?.length ? [values.map((value) => labelOf(kind, value))] : [];
  return [
    ...group("user", filter.user_id),
    ...(filter.tag ?? []).map((tag) => [labelOf("tag", tag)]),
    ...group("tool", filter.tool),
    ...group("name", filter.name),
    ...group("model", filter.model),
    ...group("service", filter.service),
    ...group("outcome", outcomes),
    ...(filter.has_error ? [[labelOf("errors")]] : []),
    ...group("provider", filter.provider),
    ...group("environment", filter.environment),
    ...group("kind", filter.kind),
  ].sort((a, b) => a.length - b.length);
}
