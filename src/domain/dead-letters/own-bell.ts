import { z } from "@hono/zod-openapi";
import type { BellMessage } from "../../../durable-objects/run-log/protocol.ts";
import type { LetterRow } from "./letter-from-row.ts";

const bellSchema = z.object({
  v: z.literal(1),
  projectId: z.string(),
  object: z.string(),
}) satisfies z.ZodType<BellMessage>;

/**
 * The bell in a dead letter, or why there is none that may be rung. A message is whatever once came over a queue: one that
 * names another project's log must not be rung on behalf of this one.
 */
export function bellOf(
  row: Pick<LetterRow, "project_id" | "queue">,
  message: unknown,
): { bell: BellMessage } | { refusal: string } {
  if (message === null) return { refusal: "The message itself is no longer stored." };
  const parsed = bellSchema.safeParse(message);
  if (!parsed.success || row.queue !== "runlight-bells") {
    return { refusal: "The message is no bell: no version of Runlight can read it, so it would only come back." };
  }
  const { projectId, object } = parsed.data;
  if (projectId !== row.project_id || !object.startsWith(`${projectId}/`)) {
    return { refusal: "The message rings for a log that is not of this project." };
  }
  return { bell: parsed.data };
}
