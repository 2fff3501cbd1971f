import { dbFor } from "../../db/db.ts";
import { linkOfEvent } from "../../events/links.ts";
import { monitorFlagged } from "../reasoning/events.ts";
import { appendParts } from "../runs/append.ts";
import { type NewEvent, newPart } from "../runs/append-events.ts";
import { loadSettings } from "../settings/load.ts";
import type { DueRun } from "./due.ts";
import type { Finding } from "./finding.ts";
import { judge } from "./judge.ts";
import { readCallsOf } from "./read-calls.ts";
import type { Told } from "./steps-of-run.ts";

/** Runs that are judged in one go: a few milliseconds of a processor. */
const AT_ONCE = 20;

/**
 * Pause between two goes, in which others are served: on one machine nothing else runs beside it. So judging takes a bounded
 * share of a processor, and after a flood of runs it goes on for a while. Waiting is not billed.
 */
const PAUSE_MS = 200;

/**
 * Judges runs that have ended and writes what is found into their logs. A finding is an event with an id of its own, so that
 * to do it twice changes nothing.
 * @throws if the runs cannot be read or written just now
 */
export async function judgeRuns(env: Env, projectId: string, due: readonly DueRun[]): Promise<void> {
  const { monitors } = await loadSettings(env, projectId);
  if (!monitors) return;
  for (let n = 0; n < due.length; n += AT_ONCE) {
    if (n > 0) await scheduler.wait(PAUSE_MS);
    const found = new Map<string, NewEvent[]>();
    await readCallsOf(env, projectId, due.slice(n, n + AT_ONCE), (run, read) => {
      const findings = tryJudge(run, read);
      if (findings.length > 0) found.set(run, findings.map(monitorFlagged));
    });
    if (found.size > 0) await write(env, projectId, await withoutTold(env, projectId, found));
  }
}

/** What a monitor cannot read it will not be able to read the next time. */
function tryJudge(run: string, read: () => Told): Finding[] {
  try {
    const { steps, question } = read();
    return judge(steps, question);
  } catch (error) {
    console.error(JSON.stringify({ at: "monitors.judge", run, error: String(error) }));
    return [];
  }
}

/** Leaves out what a run has been told. Its log remembers that for a day only; links of events are for ever. */
async function withoutTold(
  env: Env,
  projectId: string,
  found: ReadonlyMap<string, NewEvent[]>,
): Promise<Map<string, NewEvent[]>> {
  const { results } = await dbFor(env, projectId)
    .prepare(
      `SELECT run_id, lower(hex(links)) AS links FROM segments
       WHERE project_id = ? AND run_id IN (SELECT value FROM json_each(?)) ORDER BY run_id, first_seq`,
    )
    .bind(projectId, JSON.stringify([...found.keys()]))
    .all<{ run_id: string; links: string }>();
  const linksOf = Map.groupBy(results, ({ run_id }) => run_id);
  const news = new Map<string, NewEvent[]>();
  // A run without a part was deleted meanwhile: to write would begin it anew.
  for (const [run, parts] of linksOf) {
    const untold = (found.get(run) ?? []).filter((event) => {
      const link = linkOfEvent(event);
      return !parts.some(({ links }) => hasLink(links, link));
    });
    if (untold.length > 0) news.set(run, untold);
  }
  return news;
}

function hasLink(links: string, link: string): boolean {
  for (let at = links.indexOf(link); at >= 0; at = links.indexOf(link, at + 1)) if (at % link.length === 0) return true;
  return false;
}

async function write(env: Env, projectId: string, found: ReadonlyMap<string, NewEvent[]>): Promise<void> {
  const where = { env, projectId };
  // One call of the log for all traces: they share it.
  await appendParts(where, await Promise.all([...found].map(([run, events]) => newPart(where, run, events))));
}
