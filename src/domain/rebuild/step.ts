import { packsPrefix } from "../../blobs/keys.ts";
import { DamagedPack } from "../../blobs/packs.ts";
import { dbFor } from "../../db/db.ts";
import { sixAtOnce } from "../jobs/six-at-once.ts";
import type { JobInput, StepResult } from "../jobs/step.ts";
import { ALL_TIME, countRuns, nextRuns, type WalkCursor } from "../jobs/walk-runs.ts";
import { writeHints } from "../projection/hints.ts";
import { type KnownRun, loadKnown, rewriteRuns } from "../projection/store.ts";
import { beginGeneration, deleteOlder, rollupState, showGeneration } from "../rollups/generations.ts";
import { lostDocs, type NewDoc, restoreDocs } from "../search/docs.ts";
import { loadSettings } from "../settings/load.ts";
import { recoverPack } from "./recover-pack.ts";
import { type Correction, refoldRun } from "./refold-run.ts";

/** Keys that one listing names: R2's most. */
const KEYS_A_STEP = 1_000;

/** Packs whose indexes one step reads, and runs that one step folds: a second or two of work. */
const PACKS_A_STEP = 50;
const RUNS_A_STEP = 50;

/** Tries against runs that go on growing; then the step fails and is tried again later. */
const MAX_TRIES = 5;

/** Runs and packs that the result names. */
const NAMED = 20;

export interface RebuildResult {
  packs: number;
  /** Parts that the log had and the projections had not. */
  recovered_parts: number;
  /** Keys of packs that hold no log any more. */
  damaged_packs: string[];
  runs: number;
  /** Runs whose rows were not what their log says. */
  corrected_runs: number;
  /** Runs whose rows were right, and that analytics had not counted, or count anew. */
  recounted_runs: number;
  /** Runs that the projections have and the log has not; their rows were left as they were. */
  unreadable_runs: number;
  unreadable: string[];
}

/** What a job of kind `rebuild` is asked for. */
export interface RebuildParams {
  run_id?: string;
  /** Counts all rollups anew, beside those that are shown. */
  recount?: boolean;
}

interface State extends RebuildResult {
  phase: "count" | "packs" | "runs" | "show";
  /** The generation of rollups that this job writes; null if it leaves those that are there. */
  generation: number | null;
  /** The last pack's key that was counted, or done. */
  key: string | null;
  total_packs: number;
  cursor: WalkCursor;
}

const START: State = {
  phase: "count",
  generation: null,
  key: null,
  total_packs: 0,
  cursor: null,
  packs: 0,
  recovered_parts: 0,
  damaged_packs: [],
  runs: 0,
  corrected_runs: 0,
  recounted_runs: 0,
  unreadable_runs: 0,
  unreadable: [],
};

/**
 * One step of a job of kind `rebuild`. First what D1 has lost comes back from the packs, then every run is folded anew from
 * its log and its rows are put right. Readers see each run whole all the while. Doing a step twice changes nothing more.
 */
export async function rebuildStep(env: Env, projectId: string, job: JobInput): Promise<StepResult> {
  const { run_id: only, recount = false } = job.params as RebuildParams;
  const state = job.state as State | null;
  if (!state) {
    const generation = recount ? (await rollupState(dbFor(env, projectId), projectId)).written + 1 : null;
    return { state: { ...START, generation }, done: 0, total: null };
  }
  switch (state.phase) {
    case "count":
      if (state.generation !== null) await beginGeneration(dbFor(env, projectId), projectId, state.generation);
      return count(env, projectId, state);
    case "packs":
      return packs(env, projectId, state, only);
    case "runs":
      return runs(env, projectId, state, only, job.total);
    case "show":
      return show(env, projectId, state, job);
  }
}

async function count(env: Env, projectId: string, state: State): Promise<StepResult> {
  const { keys, more } = await listPacks(env, projectId, state.key, KEYS_A_STEP);
  const total_packs = state.total_packs + keys.length;
  if (more) return { state: { ...state, total_packs, key: keys.at(-1) ?? null }, done: 0, total: null };
  const next: State = { ...state, phase: "packs", total_packs, key: null };
  return { state: next, done: 0, total: total_packs + (await countRuns(dbFor(env, projectId), projectId, ALL_TIME)) };
}

async function packs(env: Env, projectId: string, state: State, only: string | undefined): Promise<StepResult> {
  const { keys, more } = await listPacks(env, projectId, state.key, PACKS_A_STEP);
  let recovered = 0;
  // In their order: parts of a run are numbered in it.
  const damaged: string[] = [];
  for (const key of keys) {
    try {
      recovered += await recoverPack(env, projectId, key, only);
    } catch (error) {
      // One pack that nobody can read must not keep all others out of reach.
      if (!(error instanceof DamagedPack)) throw error;
      damaged.push(key);
    }
  }
  const next: State = {
    ...state,
    phase: more ? "packs" : "runs",
    key: keys.at(-1) ?? state.key,
    packs: state.packs + keys.length,
    recovered_parts: state.recovered_parts + recovered,
    damaged_packs: [...state.damaged_packs, ...damaged].slice(0, NAMED),
  };
  const allRuns = only === undefined ? await countRuns(dbFor(env, projectId), projectId, ALL_TIME) : 1;
  return { state: next, done: next.packs, total: Math.max(next.total_packs, next.packs) + allRuns };
}

async function runs(
  env: Env,
  projectId: string,
  state: State,
  only: string | undefined,
  total: number | null,
): Promise<StepResult> {
  const page =
    only === undefined
      ? await nextRuns(dbFor(env, projectId), projectId, ALL_TIME, state.cursor, RUNS_A_STEP)
      : { ids: [only], cursor: null };
  const { found, corrected, recounted, unreadable } = await refold(env, projectId, page.ids);
  const before = resultOf(state);
  const result: RebuildResult = {
    ...before,
    runs: before.runs + found,
    corrected_runs: before.corrected_runs + corrected,
    recounted_runs: before.recounted_runs + recounted,
    unreadable_runs: before.unreadable_runs + unreadable.length,
    unreadable: [...before.unreadable, ...unreadable].slice(0, NAMED),
  };
  const finished = only !== undefined || page.ids.length < RUNS_A_STEP;
  const done = result.packs + result.runs;
  const left = { ...state, ...result, cursor: page.cursor };
  // Runs that came in meanwhile are counted too.
  if (!finished) return { state: left, done, total: Math.max(total ?? 0, done) };
  if (state.generation !== null) return { state: { ...left, phase: "show" }, done, total: done };
  return { state: left, done, total: done, result };
}

/** Shows the rollups that were counted anew, and deletes what was shown before, a step's worth at a time. */
async function show(env: Env, projectId: string, state: State, job: JobInput): Promise<StepResult> {
  const db = dbFor(env, projectId);
  const generation = state.generation ?? 0;
  await showGeneration(db, projectId, generation);
  const left = await deleteOlder(db, projectId, generation);
  const { done, total } = job;
  return left ? { state, done, total } : { state, done, total, result: resultOf(state) };
}

function resultOf(state: State): RebuildResult {
  const { phase: _, generation: _generation, key: _key, total_packs: _packs, cursor: _cursor, ...result } = state;
  return result;
}

/** Puts the rows of these runs right. */
async function refold(env: Env, projectId: string, ids: string[]) {
  const db = dbFor(env, projectId);
  const { search } = await loadSettings(env, projectId);
  for (let attempt = 1; attempt <= MAX_TRIES; attempt++) {
    const known = await loadKnown(db, projectId, ids);
    const lost = search ? await lostDocs(db, projectId, ids) : new Map<string, Set<number>>();
    const docs: NewDoc[] = [];
    const corrections: Correction[] = [];
    const unreadable: string[] = [];
    const { written } = known.rollups;
    await sixAtOnce([...known.runs], async ([id, run]) => {
      const outcome = await refoldRun(env, projectId, id, run, written, lost.get(id));
      if (outcome === "unreadable") {
        unreadable.push(id);
        if (run.row.rollups !== written) corrections.push(asItIs(run));
        return;
      }
      if (outcome.correction) corrections.push(outcome.correction);
      docs.push(...outcome.docs);
    });
    const wrong = new Set(corrections.map(({ run }) => run.id));
    const right = [...known.runs.values()].filter(({ row }) => !wrong.has(row.id)).map(({ row }) => ({ after: row }));
    // What is there already costs nothing.
    const restored = [...writeHints(db, projectId, right), ...restoreDocs(db, projectId, docs)];
    if (restored.length > 0) await db.batch(restored);
    const corrected = corrections.filter(({ countOnly }) => !countOnly).length;
    const done = { found: known.runs.size, corrected, recounted: corrections.length - corrected, unreadable };
    if (corrections.length === 0) return done;
    const also = corrections.flatMap((correction) => correction.also);
    if (await rewriteRuns(db, projectId, known, { projected: corrections, also })) return done;
  }
  throw new Error("The runs grew faster than they could be folded anew. Trying again later.");
}

/** A run whose log is gone: it is counted by its rows. */
function asItIs({ row, state, counted }: KnownRun): Correction {
  const counts = new Set([...counted].filter(([, one]) => one).map(([id]) => id));
  return { run: row, parts: [], state, counted: counts, also: [], countOnly: true };
}

async function listPacks(env: Env, projectId: string, after: string | null, limit: number) {
  const prefix = packsPrefix(projectId);
  const listed = await env.BUCKET.list({ prefix, limit, ...(after === null ? {} : { startAfter: after }) });
  return { keys: listed.objects.map(({ key }) => key), more: listed.truncated };
}
