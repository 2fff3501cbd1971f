import { type Ctx, requireScope } from "../../context.ts";
import { detailsOf } from "../projection/rows.ts";
import { currentRow } from "../runs/get.ts";
import { readLog } from "../runs/read-log.ts";
import { annotationRow } from "./annotation-row.ts";
import type { Annotation } from "./schema.ts";

/** What is given of a run: the newest. */
const MOST = 1_000;

/**
 * What was said about a run and its spans: notes, scores and what monitors found, in the order of the log. The log is read
 * only if its row counts any.
 * @throws AppError `run_not_found`
 */
export async function listAnnotations(ctx: Ctx, runId: string): Promise<{ data: Annotation[]; next_cursor: null }> {
  requireScope(ctx, "read");
  const { about_count = 0 } = detailsOf(await currentRow(ctx, runId));
  const data: Annotation[] = [];
  if (about_count > 0) {
    for await (const events of readLog(ctx.env, ctx.projectId, runId, 0)) {
      for (const event of events) {
        const row = annotationRow(event);
        if (row) data.push(row);
      }
    }
  }
  return { data: data.slice(-MOST), next_cursor: null };
}
