import { jsonRows } from "../../db/json-rows.ts";
import { detailsOf, type RunRow } from "./rows.ts";
import { inSlot, slotOf } from "./slots.ts";

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
 * a run that grows are free.
 */
export function insertLabels(db: D1Database, projectId: string, runs: readonly RunRow[]): D1PreparedStatement[] {
  return chunksOf(rowsOf(runs)).map((rows) => db.prepare(INSERT).bind(projectId, rows));
}

/** Deletes what the slots have of these runs and of no other. Belongs after the deletion of the runs, in its transaction. */
export function deleteLabels(db: D1Database, projectId: string, deleted: readonly RunRow[]): D1PreparedStatement[] {
  return deleteRows(db, projectId, rowsOf(deleted));
}

/**
 * Deletes what the slots have of runs as they were, and neither of these as they are nor of any other: a name that another took the
 * place of, the slot of a start that moved. Belongs after the writing of the runs, in its transaction. What it left would be found
 * by no deletion.
 */
export function dropLabels(
  db: D1Database,
  projectId: string,
  runs: readonly { before: RunRow; after: RunRow }[],
): D1PreparedStatement[] {
  const dropped = runs.flatMap(({ before, after }) => {
    const kept = new Set(rowsOf([after]).map((row) => row.join(" ")));
    return rowsOf([before]).filter((row) => !kept.has(row.join(" ")));
  });
  return deleteRows(db, projectId, dropped);
}

function deleteRows(db: D1Database, projectId: string, rows: readonly Row[]): D1PreparedStatement[] {
  return (Object.keys(OTHER_HAS) as LabelKind[]).flatMap((kind) =>
    chunksOf(rows.filter(([label]) => label.startsWith(`${kind}:`))).map((labels) =>
      db
        .prepare(
          `DELETE FROM run_labels AS l WHERE project_id = ?1
             AND (label, slot) IN (SELECT e ->> 0, CAST(e ->> 1 AS INTEGER) FROM ${jsonRows("?2")})
             AND NOT EXISTS (SELECT 1 FROM runs AS r WHERE r.project_id = ?1 AND ${inSlot("r.started_ns", "l.slot")}
               AND ${OTHER_HAS[kind]})`,
        )
        .bind(projectId, labels),
    ),
  );
}

/** Whether the run `r` has the label `l`, in SQL. */
const OTHER_HAS: Record<LabelKind, string> = {
  kind: "'kind:' || r.kind = l.label",
  outcome: "'outcome:' || r.outcome = l.label",
  errors: "r.error_count > 0",
  name: "'name:' || r.name = l.label",
  service: "'service:' || r.service = l.label",
  environment: "'environment:' || r.environment = l.label",
  user: "'user:' || r.user_id = l.label",
  model: "EXISTS (SELECT 1 FROM json_each(r.models) WHERE 'model:' || value = l.label)",
  provider: "EXISTS (SELECT 1 FROM json_each(r.providers) WHERE 'provider:' || value = l.label)",
  tag: "EXISTS (SELECT 1 FROM json_each(r.tags) WHERE 'tag:' || value = l.label)",
  tool: "EXISTS (SELECT 1 FROM json_each(r.details, '$.tools') WHERE 'tool:' || value = l.label)",
};

type Row = [label: string, slot: string];

/** The labels of runs, each with its slot, once. */
function rowsOf(runs: readonly RunRow[]): Row[] {
  const labels = new Map<string, Row>();
  for (const run of runs) {
    const slot = String(slotOf(run.started_ns));
    for (const label of labelsOf(run)) labels.set(`${slot} ${label}`, [label, slot]);
  }
  return [...labels.values()];
}

function chunksOf(rows: unknown[]): string[] {
  const chunks: string[] = [];
  for (let from = 0; from < rows.length; from += ROWS_AT_ONCE) {
    chunks.push(JSON.stringify(rows.slice(from, from + ROWS_AT_ONCE)));
  }
  return chunks;
}

/** Of labels, far below the 2 MB that a parameter may have: a label is no longer than what its run's row holds. */
const ROWS_AT_ONCE = 500;

const INSERT = `INSERT OR IGNORE INTO run_labels (project_id, label, slot)
  SELECT ?, e ->> 0, CAST(e ->> 1 AS INTEGER) FROM ${jsonRows()}`;

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
