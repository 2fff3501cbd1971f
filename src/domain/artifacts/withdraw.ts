import type { Ctx } from "../../context.ts";
import { dbFor } from "../../db/db.ts";
import type { ArtifactRow } from "./artifact-from-row.ts";

/**
 * Takes back an artifact whose event its run's log refused, and makes the version before it the newest again. Row before
 * bytes, so that no row points to nothing.
 */
export async function withdrawArtifact(ctx: Ctx, row: ArtifactRow): Promise<void> {
  const db = dbFor(ctx.env, ctx.projectId);
  const [deleted] = await db.batch([
    db.prepare("DELETE FROM artifacts WHERE project_id = ? AND id = ? AND announced = 0").bind(ctx.projectId, row.id),
    // No index finds old versions: it reads the project's rows, which a refusal is rare enough for.
    db
      .prepare(
        `UPDATE artifacts SET latest = 1
         WHERE project_id = ?1 AND id = (
           SELECT id FROM artifacts WHERE project_id = ?1 AND run_id = ?2 AND name = ?3
           ORDER BY latest DESC, created_at DESC, id DESC LIMIT 1
         )`,
      )
      .bind(ctx.projectId, row.run_id, row.name),
  ]);
  // Unless another upload of the same bytes found room for the event meanwhile.
  if (deleted && deleted.meta.changes > 0) await ctx.env.BUCKET.delete(row.blob);
}
