import { projectFeed } from "../../../durable-objects/stubs.ts";
import type { Ctx } from "../../context.ts";
import type { Artifact } from "./schema.ts";

/** Tells the live board of a new artifact, once its row and its event are there. Its failure must not undo the upload. */
export async function tellOfArtifact(
  { env, projectId }: Pick<Ctx, "env" | "projectId">,
  data: Artifact,
): Promise<void> {
  try {
    const timestamp = new Date().toISOString();
    await projectFeed(env, projectId).publish([{ entity: "Artifact", event_type: "insert", data, timestamp }]);
  } catch (error) {
    console.error(JSON.stringify({ at: "artifacts.feed", artifact: data.id, error: String(error) }));
  }
}
