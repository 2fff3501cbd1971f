import { logAddress, runLog } from "../../../durable-objects/stubs.ts";
import { packsAround, packsOfLog, packsPrefix } from "../../blobs/keys.ts";
import { DamagedPack, openPack } from "../../blobs/packs.ts";
import { dbFor } from "../../db/db.ts";
import { sixAtOnce } from "../jobs/six-at-once.ts";
import type { JobInput, StepResult } from "../jobs/step.ts";
import { deleteRuns, loadKnown } from "../projection/store.ts";
import { rewritePack } from "./rewrite-pack.ts";
import { countSelected, firstSelected, type Selector, selectedAmong } from "./selector.ts";
import { tellOfDeletion } from "./tell.ts";

/** Runs that go together: those of one pack, so that it is rewritten once. Bounds a transaction. */
const RUNS_AT_ONCE = 500;

/** Packs that one step reads for their runs, and rewrites: a second or two of work. */
const PACKS_A_STEP = 10;

/** Objects that R2 deletes in one call. */
const KEYS_AT_ONCE = 1_000;

/** How long a pack is left for readers who looked it up just before its runs moved. They look it up again should it be gone. */
const GRACE_MS = 5_000;

/** Longest wait for what was acknowledged and is not projected; the run goes on after that, and is another. */
const PATIENCE_MS = 60_000;

/** Tries against runs that go on growing; then the step fails and is tried again later. */
const MAX_TRIES = 5;

/** Listings of a thousand keys each in which twins of packs are looked for: of a run over days there may be more. */
const TWIN_LISTINGS = 5;

export interface DeletionResult {
  runs: number;
  artifacts: number;
  /** Packs that held these runs: what else they held lies in others now. */
  packs_rewritten: number;
  packs_deleted: number;
}

export interface DeletionState extends DeletionResult {
  phase: "pick" | "rows" | "packs";
  /** The runs that are being deleted, the packs that may hold them, and the keys of their artifacts' bytes. */
  ids: string[];
  packs: string[];
  blobs: string[];
  /** Packs that nothing points to any more, and since when (milliseconds since the epoch). */
  graves: { key: string; at: number }[];
  /** Since when the job has waited for a run's tail. */
  waiting_since: number | null;
}

export const DELETION_START: DeletionState = {
  phase: "pick",
  ids: [],
  packs: [],
  blobs: [],
  graves: [],
  waiting_since: null,
  runs: 0,
  artifacts: 0,
  packs_deleted: 0,
  packs_rewritten: 0,
};

/** One step of a job of kind `delete`. Doing it twice changes nothing more. */
export async function deleteStep(env: Env, projectId: string, job: JobInput): Promise<StepResult> {
  const selector = job.params as Selector;
  const state = (job.state as DeletionState | null) ?? DELETION_START;
  const total = job.total ?? (await countSelected(dbFor(env, projectId), projectId, selector));
  const { left, over, wait } = await deleteSome(env, projectId, selector, state);
  const done = left.runs;
  if (over) return { state: left, done, total: done, result: resultOf(left) };
  return { state: left, done, total: Math.max(total, done), wait };
}

/** What a deletion came to. */
export function resultOf({ runs, artifacts, packs_deleted, packs_rewritten }: DeletionState): DeletionResult {
  return { runs, artifacts, packs_deleted, packs_rewritten };
}

/**
 * The next step of deleting runs: rows first, so that nobody finds what is half gone; then the bytes.
 * @returns over: nothing is left to do. wait: milliseconds before the next step
 */
export async function deleteSome(
  env: Env,
  projectId: string,
  selector: Selector,
  state: DeletionState,
): Promise<{ left: DeletionState; over: boolean; wait: number }> {
  const now = Date.now();
  switch (state.phase) {
    case "pick": {
      const swept = await sweepGraves(env, state, now);
      return pick(env, projectId, selector, swept, now);
    }
    case "rows":
      return { left: await deleteRows(env, projectId, state), over: false, wait: 0 };
    case "packs":
      return { left: await movePacks(env, projectId, state, now), over: false, wait: 0 };
  }
}

async function sweepGraves(env: Env, state: DeletionState, now: number): Promise<DeletionState> {
  const ripe = state.graves.filter(({ at }) => at <= now - GRACE_MS).slice(0, KEYS_AT_ONCE);
  if (ripe.length === 0) return state;
  const keys = new Set(ripe.map(({ key }) => key));
  await env.BUCKET.delete([...keys]);
  const graves = state.graves.filter(({ key }) => !keys.has(key));
  return { ...state, graves, packs_deleted: state.packs_deleted + keys.size };
}

async function pick(env: Env, projectId: string, selector: Selector, state: DeletionState, now: number) {
  const db = dbFor(env, projectId);
  const first = await firstSelected(db, projectId, selector);
  const since = state.waiting_since ?? now;
  const next = first ?? ("run_id" in selector ? selector.run_id : undefined);
  if (next !== undefined && now - since < PATIENCE_MS && (await isBehind(env, projectId, next, now - since))) {
    return { left: { ...state, waiting_since: since }, over: false, wait: 500 };
  }
  if (first === undefined) {
    // By their grace the last packs keep the job at work.
    const over = state.graves.length === 0;
    return { left: state, over, wait: over ? 0 : GRACE_MS };
  }
  const own = await packsOf(db, projectId, [first]);
  const others = await runsOf(env, own.slice(0, PACKS_A_STEP));
  const together = await selectedAmong(db, projectId, selector, [first, ...others].slice(0, RUNS_AT_ONCE));
  const ids = [...new Set([first, ...together])];
  const packs = new Set([
    ...(await packsOf(db, projectId, ids)),
    ...(await twinsOf(env, projectId, first, own, new Set(ids))),
  ]);
  const blobs = await blobsOf(db, projectId, ids);
  const left: DeletionState = { ...state, phase: "rows", ids, packs: [...packs], blobs, waiting_since: null };
  return { left, over: false, wait: 0 };
}

/** Whether the run's log object still holds what came in this many milliseconds ago or before, and D1 has not. */
async function isBehind(env: Env, projectId: string, run: string, ms: number): Promise<boolean> {
  const { waitingRows, waitingMs } = await runLog(env, logAddress(env, projectId, run)).status();
  return waitingRows > 0 && waitingMs > ms;
}

async function packsOf(db: D1Database, projectId: string, ids: string[]): Promise<string[]> {
  const { results } = await db
    .prepare(
      "SELECT DISTINCT pack FROM segments WHERE project_id = ? AND run_id IN (SELECT value FROM json_each(?)) ORDER BY pack",
    )
    .bind(projectId, JSON.stringify(ids))
    .all<{ pack: string }>();
  return results.map(({ pack }) => pack);
}

async function blobsOf(db: D1Database, projectId: string, ids: string[]): Promise<string[]> {
  const { results } = await db
    .prepare("SELECT blob FROM artifacts WHERE project_id = ? AND run_id IN (SELECT value FROM json_each(?))")
    .bind(projectId, JSON.stringify(ids))
    .all<{ blob: string }>();
  return results.map(({ blob }) => blob);
}

async function runsOf(env: Env, packs: string[]): Promise<string[]> {
  const opened = await sixAtOnce(packs, (key) => openOrNull(env, key));
  return [...new Set(opened.flatMap((pack) => pack?.index.entries.map(({ run }) => run) ?? []))];
}

/**
 * Packs that no row points to and that hold the runs all the same: what races of deliveries left, of the same log object and
 * close to the run's own packs in time.
 */
async function twinsOf(
  env: Env,
  projectId: string,
  run: string,
  packs: string[],
  ids: ReadonlySet<string>,
): Promise<string[]> {
  const [first, last] = [packs[0], packs.at(-1)];
  if (first === undefined || last === undefined) return [];
  const { after, end } = packsAround(first, last);
  const ofLog = packsOfLog(logAddress(env, projectId, run));
  const near: string[] = [];
  let startAfter = after;
  for (let listing = 0; listing < TWIN_LISTINGS && startAfter < end; listing++) {
    const { objects } = await env.BUCKET.list({ prefix: packsPrefix(projectId), startAfter });
    near.push(...objects.map(({ key }) => key).filter((key) => key < end && ofLog(key) && !packs.includes(key)));
    startAfter = objects.at(-1)?.key ?? end;
  }
  const opened = await sixAtOnce(near, (key) => openOrNull(env, key));
  return near.filter((_, n) => opened[n]?.index.entries.some((entry) => ids.has(entry.run)));
}

async function openOrNull(env: Env, key: string) {
  return openPack(env.BUCKET, key).catch((error) => {
    if (error instanceof DamagedPack) return null;
    throw error;
  });
}

/** Deletes the rows, unless the runs have bytes by now that nobody would find any more: these are noted first. */
async function deleteRows(env: Env, projectId: string, state: DeletionState): Promise<DeletionState> {
  const { ids } = state;
  const db = dbFor(env, projectId);
  for (let attempt = 1; ; attempt++) {
    const known = await loadKnown(db, projectId, ids);
    const packs = new Set([...state.packs, ...(await packsOf(db, projectId, ids))]);
    const blobs = new Set([...state.blobs, ...(await blobsOf(db, projectId, ids))]);
    if (packs.size > state.packs.length || blobs.size > state.blobs.length) {
      return { ...state, packs: [...packs], blobs: [...blobs] };
    }
    if (known.runs.size === 0 || (await deleteRuns(db, projectId, known, state.blobs))) break;
    if (attempt >= MAX_TRIES) throw new Error("The runs grew faster than they could be deleted. Trying again later.");
  }
  const byObject = Map.groupBy(ids, (id) => logAddress(env, projectId, id).object);
  for (const [object, runs] of byObject) await runLog(env, { projectId, object }).forget(runs);
  await tellOfDeletion(env, projectId, ids);
  return { ...state, phase: "packs", runs: state.runs + ids.length };
}

async function movePacks(env: Env, projectId: string, state: DeletionState, now: number): Promise<DeletionState> {
  const ids = new Set(state.ids);
  const some = state.packs.slice(0, PACKS_A_STEP);
  const gone: string[] = [];
  for (const key of some) {
    const moved = await rewritePack(env, projectId, key, ids).catch((error) => {
      // Nobody can read what it holds.
      if (error instanceof DamagedPack) return false;
      throw error;
    });
    if (moved) gone.push(key);
  }
  const packs = state.packs.slice(some.length);
  const blobs = state.blobs.slice(0, KEYS_AT_ONCE);
  if (blobs.length > 0) await env.BUCKET.delete(blobs);
  const left = {
    ...state,
    packs,
    blobs: state.blobs.slice(blobs.length),
    artifacts: state.artifacts + blobs.length,
    graves: [...state.graves, ...gone.map((key) => ({ key, at: now }))],
    packs_rewritten: state.packs_rewritten + gone.length,
  };
  const over = left.packs.length === 0 && left.blobs.length === 0;
  return over ? { ...left, phase: "pick", ids: [] } : left;
}
