import type { FeedMessage } from "../../../durable-objects/project-feed/protocol.ts";
import { projectFeed } from "../../../durable-objects/stubs.ts";
import type { DeadLetter } from "./schema.ts";

/** Tells the live board. Its failure must not undo what is written: a board is read anew at the next load. */
export async function tellOfLetter(
  env: Env,
  projectId: string,
  event_type: FeedMessage["event_type"],
  data: DeadLetter,
): Promise<void> {
  try {
    const timestamp = new Date().toISOString();
    await projectFeed(env, projectId).publish([{ entity: "DeadLetter", event_type, data, timestamp }]);
  } catch (error) {
    console.error(JSON.stringify({ at: "dead-letters.feed", letter: data.id, error: String(error) }));
  }
}
