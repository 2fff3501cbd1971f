import { type Ctx, requireScope } from "../../context.ts";
import { readDbFor } from "../../db/db.ts";
import { cursorOf, parseCursor } from "../runs/cursor.ts";
import { type ArtifactRow, artifactFromRow } from "./artifact-from-row.ts";
import type { Artifact } from "./schema.ts";

export interface ArtifactFilter {
  run_id?: string | undefined;
  entity_type?: string | undefined;
  /** Those that have all of these. */
  tags?: readonly { key: string; value: string }[] | undefined;
  limit: number;
  cursor?: string | undefined;
}

/**
 * Artifacts of the project, each name of a run in its newest version, newest first.
 * @throws AppError `invalid_request` for a cursor that is none
 */
export async function listArtifacts(
  ctx: Ctx,
  filter: ArtifactFilter,
): Promise<{ data: Artifact[]; next_cursor: string | null }> {
  requireScope(ctx, "read");
  // Written out, not bound: SQLite takes a partial index only if it can see that its condition holds.
  const where = ["project_id = ?", "latest = 1"];
  const values: (string | number)[] = [ctx.projectId];
  let from = "artifacts";
  if (filter.run_id !== undefined) {
    // A run's artifacts are few: found by their run and sorted. SQLite would walk through the project for the order's sake.
    from = "artifacts INDEXED BY artifacts_by_name";
    where.push("run_id = ?");
    values.push(filter.run_id);
  }
  if (filter.entity_type !== undefined) {
    where.push("entity_type = ?");
    values.push(filter.entity_type);
  }
  for (const { key, value } of filter.tags ?? []) {
    where.push("json_extract(tags, ?) = ?");
    values.push(`$."${key}"`, value);
  }
  if (filter.cursor !== undefined) {
    const { started, id } = parseCursor(filter.cursor);
    where.push("(created_at, id) < (?, ?)");
    values.push(Number(started), id);
  }
  const { results } = await readDbFor(ctx.env, ctx.projectId)
    .prepare(`SELECT * FROM ${from} WHERE ${where.join(" AND ")} ORDER BY created_at DESC, id DESC LIMIT ?`)
    .bind(...values, filter.limit + 1)
    .all<ArtifactRow>();
  const page = results.slice(0, filter.limit);
  const last = results.length > filter.limit ? page.at(-1) : undefined;
  return {
    data: page.map(artifactFromRow),
    next_cursor: last ? cursorOf(String(last.created_at), last.id) : null,
  };
}
