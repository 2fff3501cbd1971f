import { type Ctx, requireScope } from "../../context.ts";
import { nanoFromMs, rfc3339 } from "../../events/nano.ts";
import { sixAtOnce } from "../jobs/six-at-once.ts";
import type { RunFilter } from "../runs/filter.ts";
import { listRuns } from "../runs/list.ts";
import { readLog } from "../runs/read-log.ts";
import type { FoundRun } from "../runs/schema.ts";
import { nanoOf } from "../runs/time-of.ts";
import { causesOf, type Failure, failureOf } from "./failure.ts";
import { groupFailures } from "./group.ts";
import type { Errors } from "./schema.ts";

const DAY_NS = 86_400_000_000_000n;

/** Runs whose logs one request may read: each is a few errands to other places. */
export const MOST_RUNS = 100;

/** Failures of one run that are looked at: a run that fails more often does so for the same reasons. */
const MOST_FAILURES = 200;

export interface ErrorQuery extends Omit<RunFilter, "has_error" | "status"> {
  /** Groups of the answer at the most. */
  limit: number;
  /** Runs to look at, the newest; at most MOST_RUNS. */
  max_runs: number;
}

/**
 * What failed, by cause: the failed spans of the newest runs with an error, a day of them if nothing else is asked for. A run
 * is found once its row is in the database.
 * @throws AppError `invalid_request` for a time that is none
 */
export async function findErrors(ctx: Ctx, { limit, max_runs, ...query }: ErrorQuery): Promise<Errors> {
  requireScope(ctx, "read");
  const to = query.to === undefined ? nanoFromMs(Date.now()) : nanoOf("to", query.to);
  const from = query.from === undefined ? String(BigInt(to) - DAY_NS) : nanoOf("from", query.from);
  const range = { from: rfc3339(from), to: rfc3339(to) };
  const filter = { ...query, ...range, has_error: true };
  const { data: runs, next_cursor } = await listRuns(ctx, { ...filter, limit: Math.min(max_runs, MOST_RUNS) });
  const failures = (await sixAtOnce(runs, (run) => failuresOf(ctx, run))).flat();
  const groups = groupFailures(failures);
  return {
    ...range,
    looked_at: { runs: runs.length, failures: failures.length, all: next_cursor === null },
    data: groups.slice(0, limit),
    other_groups: Math.max(0, groups.length - limit),
  };
}

async function failuresOf(ctx: Ctx, run: FoundRun): Promise<Failure[]> {
  const found: Failure[] = [];
  for await (const events of readLog(ctx.env, ctx.projectId, run.id, 0)) {
    for (const event of events) {
      const failure = failureOf(run.id, event, run.service);
      if (failure !== null && found.length < MOST_FAILURES) found.push(failure);
    }
  }
  return causesOf(found);
}
