import type { artifacts } from "../../db/schema/index.ts";
import type { Artifact } from "./schema.ts";

export type ArtifactRow = typeof artifacts.$inferSelect;

export function artifactFromRow(row: ArtifactRow): Artifact {
  return {
    id: row.id,
    run_id: row.run_id,
    name: row.name,
    sha256: row.sha256,
    size: row.size,
    content_type: row.content_type,
    entity_type: row.entity_type,
    tags: JSON.parse(row.tags),
    created_at: new Date(row.created_at).toISOString(),
    url: `/api/artifacts/${row.id}`,
  };
}
