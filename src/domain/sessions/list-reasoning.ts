import { type Ctx, requireScope } from "../../context.ts";
import { cursorOf, parseCursor } from "../runs/cursor.ts";
import { readLog } from "../runs/read-log.ts";
import { type ReasoningRows, reasoningRow } from "./reasoning-row.ts";
import { reasoningRuns } from "./reasoning-runs.ts";

/**
 * Events that are read for one page. The logs hold the model calls too, and a page of what is rare must end all the same:
 * it is short then, and the next one goes on.
 */
const MOST_EVENTS = 10_000;

export interface ReasoningQuery {
  limit: number;
  cursor?: string | undefined;
}

/**
 * The steps, syntheses or findings of a session, oldest first, read from its runs' logs: also what was written a moment ago.
 * Empty for a session without reasoning.
 * @throws AppError `session_not_found`; `invalid_request` for a cursor that is none
 */
export async function listReasoning<Of extends keyof ReasoningRows>(
  ctx: Ctx,
  sessionId: string,
  of: Of,
  { limit, cursor }: ReasoningQuery,
): Promise<{ data: ReasoningRows[Of][]; next_cursor: string | null }> {
  requireScope(ctx, "read");
  // A run and the newest seq of it that was looked at.
  const from = cursor === undefined ? null : parseCursor(cursor);
  const { ids, next } = await reasoningRuns(ctx, sessionId, from?.id);
  const data: ReasoningRows[Of][] = [];
  let looked = 0;
  for (const id of ids) {
    let last = id === from?.id ? Number(from.started) : 0;
    for await (const events of readLog(ctx.env, ctx.projectId, id, last)) {
      for (const event of events) {
        const found = reasoningRow(event, id);
        const fits = found?.of === of;
        if (looked === MOST_EVENTS || (fits && data.length === limit)) {
          return { data, next_cursor: cursorOf(String(last), id) };
        }
        looked++;
        last = event.seq;
        if (fits) data.push(found.row as ReasoningRows[Of]);
      }
    }
  }
  return { data, next_cursor: next === null ? null : cursorOf("0", next) };
}
