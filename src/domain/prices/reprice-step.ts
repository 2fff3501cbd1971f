import { runLog, traceLogAddresses } from "../../../durable-objects/stubs.ts";
import { dbFor } from "../../db/db.ts";
import type { CallFact } from "../../events/delta.ts";
import type { JobInput, StepResult } from "../jobs/step.ts";
import { countRuns, nextRuns, type WalkCursor } from "../jobs/walk-runs.ts";
import { rowOf } from "../projection/rows.ts";
import { type KnownRun, loadKnown, type Projected, rewriteRuns } from "../projection/store.ts";
import { nanoOf } from "../runs/time-of.ts";
import type { ProjectPrices } from "./custom.ts";
import { readPrices } from "./load.ts";
import { priceCall } from "./price-call.ts";

/** Runs of one step: some hundred calls, done in well under a second. */
const RUNS_A_STEP = 100;

/** Tries against a run that goes on growing; then the step fails and is tried again later. */
const MAX_TRIES = 5;

/** How long to wait for what was acknowledged before the job began and is not projected yet. */
const PATIENCE_MS = 60_000;

interface State {
  cursor: WalkCursor;
  changed_runs: number;
}

/** One step of a job of kind `reprice`: the next runs of the window, oldest first. Doing it twice changes nothing more. */
export async function repriceStep(env: Env, projectId: string, job: JobInput): Promise<StepResult> {
  const params = job.params as { from: string; to: string };
  const window = { from: nanoOf("from", params.from), to: nanoOf("to", params.to) };
  const db = dbFor(env, projectId);
  const state = (job.state as State | null) ?? { cursor: null, changed_runs: 0 };
  const { total } = job;
  if (total === null) {
    if (await isBehind(env, projectId, job.created_at)) return { state, done: 0, total, wait: 500 };
    return { state, done: 0, total: await countRuns(db, projectId, window) };
  }
  const { ids, cursor } = await nextRuns(db, projectId, window, state.cursor, RUNS_A_STEP);
  const changed = await repriceRuns(db, projectId, ids, await readPrices(env, projectId));
  const next: State = { cursor, changed_runs: state.changed_runs + changed };
  const done = job.done + ids.length;
  const finished = ids.length < RUNS_A_STEP;
  // Runs that came in meanwhile are counted too.
  const step = { state: next, done, total: Math.max(total, done) };
  return finished ? { ...step, result: { runs: done, changed_runs: next.changed_runs } } : step;
}

/** Whether something waits to be projected that was acknowledged, and so priced, before the job began. */
async function isBehind(env: Env, projectId: string, since: number): Promise<boolean> {
  const now = Date.now();
  if (now - since > PATIENCE_MS) return false;
  const logs = traceLogAddresses(env, projectId).map((address) => runLog(env, address).status());
  return (await Promise.all(logs)).some((log) => log.waitingRows > 0 && now - log.waitingMs <= since);
}

/** @returns how many of the runs have other costs now */
async function repriceRuns(db: D1Database, projectId: string, ids: string[], prices: ProjectPrices): Promise<number> {
  if (ids.length === 0) return 0;
  for (let attempt = 1; ; attempt++) {
    const known = await loadKnown(db, projectId, ids);
    const changed = [...known.runs].map(([id, run]) => repriced(id, run, prices)).filter((rows) => rows !== null);
    if (changed.length === 0 || (await rewriteRuns(db, projectId, known, { projected: changed })))
      return changed.length;
    if (attempt >= MAX_TRIES) throw new Error("The runs grew faster than they could be repriced. Trying again later.");
  }
}

/** The rows of a run at today's prices: the run's and those of the parts that have a call with another price. null if none has. */
function repriced(id: string, { state, segments }: KnownRun, prices: ProjectPrices): Projected | null {
  const priced = [...segments].map(([first_seq, { calls }]) => {
    const today = calls.map((call) => withPrice(call, prices));
    return { first_seq, calls: today, changed: today.some((call, n) => call !== calls[n]) };
  });
  const parts = priced.filter(({ changed }) => changed);
  if (parts.length === 0) return null;
  const today = { ...state, calls: priced.flatMap(({ calls }) => calls) };
  return { ...rowOf(id, today), parts, state: today };
}

/** The same object if nothing changes. */
function withPrice(call: CallFact, prices: ProjectPrices): CallFact {
  const cost = priceCall(call, call.start, prices);
  const version = "version" in cost ? cost.version : null;
  const reason = "reason" in cost ? cost.reason : null;
  if (call.cost_nano_usd === cost.nano_usd && call.price_version === version && call.unpriced === reason) return call;
  return { ...call, cost_nano_usd: cost.nano_usd, price_version: version, unpriced: reason };
}
