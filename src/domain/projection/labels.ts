import { detailsOf, type RunRow } from "./rows.ts";

/** Bits of a start in nanoseconds that a slot does not tell apart: 275 seconds. */
export const SLOT_BITS = 38;

/**
 * What a label may be of. With few values or many: as a row stands for all runs of a slot, a value that many runs share costs
 * next to nothing, and one that no other run has costs one row.
 */
export type LabelKind =
  | "kind"
  | "outcome"
  | "errors"
  | "name"
  | "service"
  | "environment"
  | "user"
  | "model"
  | "provider"
  | "tag"
  | "tool";

/** A label as `run_labels` has it; `migrations/0006_lists.sql` spells the same. */
export function labelOf(kind: LabelKind, value: string | number = ""): string {
  return `${kind}:${value}`;
}

/**
 * Writes in which slots the runs' values are to be found. What is there already costs no row, so that a second delivery and
 * a run that grows are free; a label that a run no longer has stays, which only makes a list look where nothing is.
 */
export function insertLabels(
  db: D1Database,
  projectId: string,
  projected: readonly { run: RunRow }[],
): D1PreparedStatement[] {
  const labels = new Map<string, [string, string]>();
  for (const { run } of projected) {
    const slot = String(BigInt(String(run.started_ns)) >> BigInt(SLOT_BITS));
    for (const label of labelsOf(run)) labels.set(`${slot} ${label}`, [label, slot]);
  }
  const rows = [...labels.values()];
  const statements: D1PreparedStatement[] = [];
  for (let from = 0; from < rows.length; from += ROWS_AT_ONCE) {
    statements.push(db.prepare(INSERT).bind(projectId, JSON.stringify(rows.slice(from, from + ROWS_AT_ONCE))));
  }
  return statements;
}

/** Of labels, far below the 2 MB that a parameter may have: a label is no longer than what its run's row holds. */
const ROWS_AT_ONCE = 500;

const INSERT = `INSERT OR IGNORE INTO run_labels (project_id, label, slot)
  SELECT ?, e ->> 0, CAST(e ->> 1 AS INTEGER) FROM (SELECT value AS e FROM json_each(?))`;

function labelsOf(run: RunRow): string[] {
  const of = (kind: LabelKind, values: unknown) => (values as string[]).map((value) => labelOf(kind, value));
  const one = (kind: LabelKind, value: string | number | null) => (value === null ? [] : [labelOf(kind, value)]);
  return [
    ...one("kind", run.kind),
    // 0 is left out: nearly every slot had a run that was still open once.
    ...(Number(run.outcome) > 0 ? one("outcome", run.outcome) : []),
    ...(Number(run.error_count) > 0 ? [labelOf("errors")] : []),
    ...one("name", run.name),
    ...one("service", run.service),
    ...one("environment", run.environment),
    ...one("user", run.user_id),
    ...of("model", JSON.parse(String(run.models))),
    ...of("provider", JSON.parse(String(run.providers))),
    ...of("tag", JSON.parse(String(run.tags))),
    ...of("tool", detailsOf(run).tools),
  ];
}
