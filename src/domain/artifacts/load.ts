import { and, eq } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import type { Ctx } from "../../context.ts";
import { dbFor } from "../../db/db.ts";
import { artifacts } from "../../db/schema/index.ts";
import { AppError } from "../../errors.ts";
import type { ArtifactRow } from "./artifact-from-row.ts";

/** An artifact of the project, of any version. @throws AppError `artifact_not_found` */
export async function loadArtifact(ctx: Ctx, id: string): Promise<ArtifactRow> {
  const [row] = await drizzle(dbFor(ctx.env, ctx.projectId))
    .select()
    .from(artifacts)
    .where(and(eq(artifacts.project_id, ctx.projectId), eq(artifacts.id, id)));
  if (row) return row;
  throw new AppError(
    "artifact_not_found",
    `There is no artifact ${id.slice(0, 64)} in this project. GET /api/artifacts lists them.`,
  );
}
