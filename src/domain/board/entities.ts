import { type Ctx, requireScope } from "../../context.ts";
import { readDbFor } from "../../db/db.ts";
import { type Nano, nanoFromMs, rfc3339 } from "../../events/nano.ts";
import { listArtifacts } from "../artifacts/list.ts";
import { listDeadLetters } from "../dead-letters/list.ts";
import { listJobs } from "../jobs/list.ts";
import { listRuns } from "../runs/list.ts";
import { sumSessions } from "../sessions/sums.ts";
import { loadSettings } from "../settings/load.ts";
import { bounded, COUNT_BOUND, NEWEST } from "./bounds.ts";
import { callFromRow, newestCalls } from "./newest-calls.ts";
import { newestSessions } from "./newest-sessions.ts";
import type { Card } from "./schema.ts";

const MINUTE_MS = 60_000;

/** Jobs that are looked at. A project keeps 500 finished ones, and all of them would be much to carry for a number. */
const JOBS_BOUND = 100;

/** The kinds of rows that Runlight stores and shows live, each with its count, its rate and its newest rows. */
export async function listEntities(ctx: Ctx): Promise<{ data: Card[] }> {
  requireScope(ctx, "read");
  const now = Date.now();
  const db = readDbFor(ctx.env, ctx.projectId);
  const [counts, sessions, calls, runs, artifacts, jobs, letters] = await Promise.all([
    count(db, ctx.projectId, now),
    readSessions(db, ctx),
    newestCalls(db, ctx.projectId)
      .all<Parameters<typeof callFromRow>[0]>()
      .then(({ results }) => results.map(callFromRow)),
    listRuns(ctx, { limit: NEWEST }),
    listArtifacts(ctx, { limit: NEWEST }),
    listJobs(ctx, { limit: JOBS_BOUND }),
    listDeadLetters(ctx, { limit: NEWEST }),
  ]);
  const youngJobs = jobs.data.filter(({ created_at }) => Date.parse(created_at) > now - MINUTE_MS).length;
  return {
    data: [
      {
        entity: "Run",
        description: "One execution of an agent, a workflow or any traced program",
        ...figures(counts.runs, counts.runsOfMinute),
        newest_at: runs.data[0]?.started_at ?? null,
        newest: runs.data,
      },
      {
        entity: "Session",
        description: "Runs that belong together, such as the turns of a chat",
        ...figures(counts.sessions),
        newest_at: sessions.newestAt,
        newest: sessions.rows,
      },
      {
        entity: "LlmCall",
        description: "A request to a model, with its tokens and its cost",
        ...figures(counts.calls),
        // Those of the newest runs.
        count_is_lower_bound: counts.calls > COUNT_BOUND || counts.runs > COUNT_BOUND,
        newest_at: calls[0]?.started_at ?? null,
        newest: calls,
      },
      {
        entity: "Artifact",
        description: "A file that a run made, in its newest version",
        ...figures(counts.artifacts, counts.artifactsOfMinute),
        newest_at: artifacts.data[0]?.created_at ?? null,
        newest: artifacts.data,
      },
      {
        entity: "Job",
        description: "Work in the background, such as repricing past calls",
        count: jobs.data.length,
        count_is_lower_bound: jobs.next_cursor !== null,
        per_minute: youngJobs,
        per_minute_is_lower_bound: jobs.next_cursor !== null && youngJobs === jobs.data.length,
        newest_at: jobs.data[0]?.created_at ?? null,
        newest: jobs.data.slice(0, NEWEST),
      },
      {
        entity: "DeadLetter",
        description: "A queue message that failed too often and was put aside",
        ...figures(counts.letters, counts.lettersOfMinute),
        newest_at: letters.data[0]?.received_at ?? null,
        newest: letters.data,
      },
    ],
  };
}

async function readSessions(db: D1DatabaseSession, { env, projectId }: Ctx) {
  const settings = await loadSettings(env, projectId);
  const { results } = await newestSessions(db, projectId).all<{ id: string; at: Nano }>();
  const ids = results.map(({ id }) => id);
  return {
    newestAt: results[0] ? rfc3339(results[0].at) : null,
    rows: await sumSessions(db, projectId, ids, settings),
  };
}

function figures(found: number, ofMinute?: number) {
  const all = bounded(found);
  const young = ofMinute === undefined ? null : bounded(ofMinute);
  return {
    count: all.count,
    count_is_lower_bound: all.isLowerBound,
    per_minute: young?.count ?? null,
    per_minute_is_lower_bound: young?.isLowerBound ?? false,
  };
}

/** Counts by reading one row more than COUNT_BOUND each at most. Sessions are counted from one id to the next. */
const COUNTS_SQL = `
  WITH RECURSIVE sessions(id) AS (
    SELECT min(session_id) FROM runs WHERE project_id = ?1 AND session_id IS NOT NULL
    UNION ALL
    SELECT (SELECT min(session_id) FROM runs WHERE project_id = ?1 AND session_id > sessions.id)
      FROM sessions WHERE id IS NOT NULL
    LIMIT ${COUNT_BOUND + 1})
  SELECT
    (SELECT count(*) FROM (SELECT 1 FROM runs WHERE project_id = ?1 LIMIT ${COUNT_BOUND + 1})) AS runs,
    (SELECT count(*) FROM (SELECT 1 FROM runs WHERE project_id = ?1 AND started_ns > CAST(?2 AS INTEGER)
      AND started_ns <= CAST(?3 AS INTEGER) LIMIT ${COUNT_BOUND + 1})) AS runsOfMinute,
    (SELECT count(id) FROM sessions) AS sessions,
    (SELECT total(calls) FROM (SELECT llm_call_count AS calls FROM runs WHERE project_id = ?1
      ORDER BY started_ns DESC LIMIT ${COUNT_BOUND})) AS calls,
    (SELECT count(*) FROM (SELECT 1 FROM artifacts WHERE project_id = ?1 AND latest = 1 LIMIT ${COUNT_BOUND + 1})) AS artifacts,
    (SELECT count(*) FROM (SELECT 1 FROM artifacts WHERE project_id = ?1 AND latest = 1 AND created_at > ?4
      LIMIT ${COUNT_BOUND + 1})) AS artifactsOfMinute,
    (SELECT count(*) FROM (SELECT 1 FROM dead_letters WHERE project_id = ?1 LIMIT ${COUNT_BOUND + 1})) AS letters,
    (SELECT count(*) FROM (SELECT 1 FROM dead_letters WHERE project_id = ?1 AND received_at > ?4
      LIMIT ${COUNT_BOUND + 1})) AS lettersOfMinute`;

interface Counts {
  runs: number;
  runsOfMinute: number;
  sessions: number;
  calls: number;
  artifacts: number;
  artifactsOfMinute: number;
  letters: number;
  lettersOfMinute: number;
}

async function count(db: D1DatabaseSession, projectId: string, now: number): Promise<Counts> {
  const since = now - MINUTE_MS;
  const counts = await db
    .prepare(COUNTS_SQL)
    .bind(projectId, nanoFromMs(since), nanoFromMs(now), since)
    .first<Counts>();
  return counts as Counts;
}
