import { type Ctx, requireScope } from "../../context.ts";
import { readDbFor } from "../../db/db.ts";
import type { RunKind, RunStatus } from "../../events/event.ts";
import type { RunRow } from "../projection/rows.ts";
import { SELECT_RUN } from "../projection/store.ts";
import { loadSettings } from "../settings/load.ts";
import { cursorOf, parseCursor } from "./cursor.ts";
import { overSince, runFromRow, STATUS_SQL } from "./run-from-row.ts";
import type { Run } from "./schema.ts";
import { nanoOf } from "./time-of.ts";

export interface RunFilter {
  kind?: RunKind | undefined;
  status?: RunStatus | undefined;
  service?: string | undefined;
  environment?: string | undefined;
  session_id?: string | undefined;
  parent_run_id?: string | undefined;
  user_id?: string | undefined;
  name?: string | undefined;
  /** RFC 3339, inclusive. */
  from?: string | undefined;
  /** RFC 3339, exclusive. */
  to?: string | undefined;
  has_error?: boolean | undefined;
  limit: number;
  cursor?: string | undefined;
}

/**
 * Runs of the project, newest start first. The cursor names the last run of a page, so runs that come in meanwhile neither
 * repeat nor hide one.
 * @throws AppError `invalid_request` for a time or cursor that is none
 */
export async function listRuns(ctx: Ctx, filter: RunFilter): Promise<{ data: Run[]; next_cursor: string | null }> {
  requireScope(ctx, "read");
  const now = Date.now();
  const settings = await loadSettings(ctx.env, ctx.projectId);
  const where: string[] = ["project_id = ?"];
  const values: (string | number)[] = [ctx.projectId];
  const equal = (column: string, value: string | undefined) => {
    if (value === undefined) return;
    where.push(`${column} = ?`);
    values.push(value);
  };
  equal("kind", filter.kind);
  equal("service", filter.service);
  equal("environment", filter.environment);
  equal("session_id", filter.session_id);
  equal("parent_run_id", filter.parent_run_id);
  equal("user_id", filter.user_id);
  equal("name", filter.name);
  if (filter.status !== undefined) {
    where.push(`${STATUS_SQL} = ?`);
    values.push(overSince(now, settings), filter.status);
  }
  if (filter.has_error !== undefined) where.push(filter.has_error ? "error_count > 0" : "error_count = 0");
  if (filter.from !== undefined) {
    where.push("started_ns >= CAST(? AS INTEGER)");
    values.push(nanoOf("from", filter.from));
  }
  if (filter.to !== undefined) {
    where.push("started_ns < CAST(? AS INTEGER)");
    values.push(nanoOf("to", filter.to));
  }
  if (filter.cursor !== undefined) {
    const { started, id } = parseCursor(filter.cursor);
    where.push("(started_ns, id) < (CAST(? AS INTEGER), ?)");
    values.push(started, id);
  }
  const { results } = await readDbFor(ctx.env, ctx.projectId)
    .prepare(`${SELECT_RUN} WHERE ${where.join(" AND ")} ORDER BY started_ns DESC, id DESC LIMIT ?`)
    .bind(...values, filter.limit + 1)
    .all<RunRow>();
  const page = results.slice(0, filter.limit);
  const last = results.length > filter.limit ? page.at(-1) : undefined;
  return {
    data: page.map((row) => runFromRow(row, now, settings)),
    next_cursor: last ? cursorOf(String(last.started_ns), String(last.id)) : null,
  };
}
