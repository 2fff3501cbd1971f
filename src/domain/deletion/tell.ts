import { projectFeed } from "../../../durable-objects/stubs.ts";

/** Messages of one step to the live lists; past it a list is better read anew. */
const MAX_FEED_MESSAGES = 200;

/** Tells the live lists which runs are gone. Its failure must not undo what is deleted: a list is read anew at the next load. */
export async function tellOfDeletion(env: Env, projectId: string, ids: string[]): Promise<void> {
  try {
    const timestamp = new Date().toISOString();
    const told = ids
      .slice(0, MAX_FEED_MESSAGES)
      .map((id) => ({ entity: "Run", event_type: "delete" as const, data: { id }, timestamp }));
    await projectFeed(env, projectId).publish(told, ids.length - told.length);
  } catch (error) {
    console.error(JSON.stringify({ at: "deletion.feed", project: projectId, error: String(error) }));
  }
}
