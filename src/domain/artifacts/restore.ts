import { z } from "zod";
import { artifactKey } from "../../blobs/keys.ts";
import type { RunEvent } from "../../events/event.ts";
import { artifactId } from "./record.ts";

/** The data of an ARTIFACT_CREATED event as putArtifact writes it. Anybody may write such an event: it is believed as far as it holds. */
const written = z.object({
  artifact_id: z.string(),
  name: z.string(),
  sha256: z.string(),
  size: z.number().int(),
  content_type: z.string(),
  entity_type: z.string().nullable(),
  tags: z.record(z.string(), z.string()),
  upload: z.uuid(),
});

/**
 * Brings the rows of a run's artifacts back from their events. A row that is there stays. An event that names bytes which
 * are no upload of the project, or an id that does not follow from what it says, brings nothing.
 */
export function restoreArtifacts(
  db: D1Database,
  projectId: string,
  runId: string,
  events: readonly RunEvent[],
): D1PreparedStatement[] {
  const statements: D1PreparedStatement[] = [];
  for (const { type, time, data } of events) {
    const parsed = type === "ARTIFACT_CREATED" ? written.safeParse(data) : undefined;
    if (!parsed?.success) continue;
    const file = parsed.data;
    if (artifactId(projectId, { run_id: runId, name: file.name }, file.sha256) !== file.artifact_id) continue;
    statements.push(
      db
        .prepare(
          `INSERT INTO artifacts
           (project_id, id, run_id, name, sha256, size, content_type, entity_type, tags, blob, created_at, latest, announced)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 1) ON CONFLICT DO NOTHING`,
        )
        .bind(
          projectId,
          file.artifact_id,
          runId,
          file.name,
          file.sha256,
          file.size,
          file.content_type,
          file.entity_type,
          JSON.stringify(file.tags),
          artifactKey(projectId, file.upload),
          Date.parse(time),
        ),
      ...markNewest(db, projectId, runId, file.name),
    );
  }
  return statements;
}

/** Two statements, as of two rows that say "newest" at the same time the index refuses one. */
function markNewest(db: D1Database, projectId: string, runId: string, name: string): D1PreparedStatement[] {
  const newest = `(SELECT id FROM artifacts WHERE project_id = ?1 AND run_id = ?2 AND name = ?3
    ORDER BY created_at DESC, id DESC LIMIT 1)`;
  return [
    db
      .prepare(
        `UPDATE artifacts SET latest = 0 WHERE project_id = ?1 AND run_id = ?2 AND name = ?3 AND latest = 1 AND id <> ${newest}`,
      )
      .bind(projectId, runId, name),
    db.prepare(`UPDATE artifacts SET latest = 1 WHERE project_id = ?1 AND id = ${newest}`).bind(projectId, runId, name),
  ];
}
