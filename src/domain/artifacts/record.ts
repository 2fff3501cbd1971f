import { createHash } from "node:crypto";
import type { Stored } from "../../blobs/artifacts.ts";
import type { Ctx } from "../../context.ts";
import { dbFor } from "../../db/db.ts";
import type { ArtifactRow } from "./artifact-from-row.ts";

/** What is said of a file beside its bytes. */
export interface FileFacts {
  run_id: string;
  name: string;
  content_type: string;
  entity_type: string | null;
  tags: { [key: string]: string };
}

/**
 * Makes bytes that lie in R2 an artifact: this upload's row, or the one that was there, whose own bytes stand and these go.
 * Safe to do twice. One transaction, so that a name has one newest version.
 * @param blob R2 key of the bytes
 * @param options.announced true = the run's log is to have no event of it; false = the event is still to be written
 */
export async function recordArtifact(
  ctx: Pick<Ctx, "env" | "projectId">,
  file: FileFacts,
  stored: Stored,
  blob: string,
  options: { announced: boolean },
): Promise<ArtifactRow> {
  const db = dbFor(ctx.env, ctx.projectId);
  const id = artifactId(ctx.projectId, file, stored.sha256);
  const [, , found] = await db.batch<ArtifactRow>([
    db
      .prepare(
        `UPDATE artifacts SET latest = 0 WHERE project_id = ?1 AND run_id = ?2 AND name = ?3 AND latest = 1
         AND NOT EXISTS (SELECT 1 FROM artifacts WHERE project_id = ?1 AND id = ?4)`,
      )
      .bind(ctx.projectId, file.run_id, file.name, id),
    db
      .prepare(
        `INSERT INTO artifacts
         (project_id, id, run_id, name, sha256, size, content_type, entity_type, tags, blob, created_at, latest, announced)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1, ?) ON CONFLICT (project_id, id) DO NOTHING`,
      )
      .bind(
        ctx.projectId,
        id,
        file.run_id,
        file.name,
        stored.sha256,
        stored.size,
        file.content_type,
        file.entity_type,
        JSON.stringify(file.tags),
        blob,
        Date.now(),
        options.announced ? 1 : 0,
      ),
    db.prepare("SELECT * FROM artifacts WHERE project_id = ? AND id = ?").bind(ctx.projectId, id),
  ]);
  const row = found?.results[0];
  if (!row) throw new Error(`Artifact ${id} was not written`);
  // The artifact was there, with bytes of its own.
  if (row.blob !== blob) await ctx.env.BUCKET.delete(blob);
  return row;
}

/** The id of an artifact: the same bytes under the same name have the same. No part can hold the separator, a NUL. */
export function artifactId(
  projectId: string,
  { run_id, name }: Pick<FileFacts, "run_id" | "name">,
  sha256: string,
): string {
  const digest = createHash("sha256").update([projectId, run_id, name, sha256].join("\0")).digest("hex");
  return `art_${digest.slice(0, 32)}`;
}
