import { type Ctx, requireScope } from "../../context.ts";
import type { RunEvent } from "../../events/event.ts";
import { lastSeqOf } from "./get.ts";
import { readLog } from "./read-log.ts";

export interface EventPage {
  data: RunEvent[];
  last_seq: number;
  next_cursor: string | null;
}

/**
 * Events of a run, oldest first.
 * @param page.after seq after which to begin; page.limit events at most
 * @throws AppError `run_not_found`
 */
export async function listEvents(ctx: Ctx, runId: string, page: { after: number; limit: number }): Promise<EventPage> {
  requireScope(ctx, "read");
  const lastSeq = await lastSeqOf(ctx, runId);
  const data: RunEvent[] = [];
  for await (const events of readLog(ctx.env, ctx.projectId, runId, page.after)) {
    data.push(...events);
    if (data.length >= page.limit) break;
  }
  const cut = data.slice(0, page.limit);
  const last = cut.at(-1)?.seq ?? page.after;
  return { data: cut, last_seq: Math.max(lastSeq, last), next_cursor: last < lastSeq ? String(last) : null };
}
