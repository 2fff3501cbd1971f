import { databaseOf, databases, readShard, rememberShard } from "../../db/shards.ts";
import type { JobInput, StepResult } from "../jobs/step.ts";
import { copyChanges, dropChanges } from "./changes.ts";
import { clearSome } from "./clear.ts";
import { copyPage } from "./copy.ts";
import { openMove } from "./open.ts";
import { type Pass, takePass, writing } from "./pass.ts";
import { beginSweep, endMove, sweepSome } from "./sweep.ts";
import { closeAndSwitch } from "./switch.ts";
import { readTables, sameTables } from "./tables.ts";

/**
 * How long the old shard keeps the rows and refuses writes after the switch: longer than any invocation lives that may still
 * hold the old database (a Queue's consumer 15 minutes), and than any isolate believes in the old shard.
 */
const LINGER_MS = 20 * 60_000;
const LOOK_AGAIN_MS = 60_000;

/** What a job of kind `move-project` is asked for. */
export interface MoveParams {
  project_id: string;
  to: number;
}

export interface MoveResult {
  project_id: string;
  from: number;
  to: number;
  /** Rows that were copied, and changes that came in meanwhile and were copied, too. */
  rows: number;
  changes: number;
  /** Rows that were deleted where the project was before. */
  deleted: number;
}

interface State extends MoveResult {
  move_id: string;
  phase: "open" | "clear" | "copy" | "follow" | "switch" | "linger" | "sweep" | "end";
  /** The table that is being copied, by its number, and the key of its last row that was. */
  table: number;
  cursor: string | null;
  /** The newest change that was copied. */
  seen: number;
  switched_at: number;
  /** The shard that is being swept; whether that has begun. */
  sweeping: number;
  begun: boolean;
}

/**
 * One step of a job of kind `move-project`: copies a project's rows to another shard while it is read and written, follows
 * what changes, shuts writers out for the last changes, and switches. Readers see the old shard until then and the new one
 * from then on, each whole. Whoever did a step before and was thought dead cannot do harm: see pass.ts and switch.ts.
 */
export async function moveStep(env: Env, _projectId: string, job: JobInput): Promise<StepResult> {
  const { project_id, to } = job.params as MoveParams;
  const state = (job.state as State | null) ?? (await begin(env, project_id, to));
  const { done, total } = job;
  const from = databaseOf(env, state.from);
  const target = databaseOf(env, to);
  const pass: Pass = { projectId: project_id, moveId: state.move_id, from, to: target, token: crypto.randomUUID() };
  switch (state.phase) {
    case "open": {
      const tables = await sameTables(from, target);
      await openMove(env, pass, state, tables);
      return { state: { ...state, phase: "clear" }, done, total };
    }
    case "clear": {
      await takePass(pass);
      const { left } = await clearSome(target, project_id, await readTables(target), writing(pass));
      return { state: left ? state : { ...state, phase: "copy" }, done, total };
    }
    case "copy":
      return copy(pass, state);
    case "follow":
      return follow(pass, state);
    case "switch":
      return change(env, pass, state);
    case "linger": {
      const wait = Math.min(state.switched_at + LINGER_MS - Date.now(), LOOK_AGAIN_MS);
      return wait > 0 ? { state, done, total, wait } : { state: { ...state, phase: "sweep" }, done, total };
    }
    case "sweep":
      return sweep(env, pass, state, job);
    case "end":
      for (const shard of databases(env)) await endMove(shard, project_id);
      return { state, done, total: done, result: resultOf(state) };
  }
}

async function begin(env: Env, projectId: string, to: number): Promise<State> {
  const from = await readShard(env, projectId);
  if (from === null) throw new Error(`There is no project ${projectId} any more.`);
  return {
    ...{ project_id: projectId, from, to, rows: 0, changes: 0, deleted: 0 },
    ...{ move_id: crypto.randomUUID(), phase: from === to ? "sweep" : "open" },
    ...{ table: 0, cursor: null, seen: 0, switched_at: 0, sweeping: 0, begun: false },
  };
}

async function copy(pass: Pass, state: State): Promise<StepResult> {
  const tables = await sameTables(pass.from, pass.to);
  const table = tables[state.table];
  const done = state.rows;
  if (!table) return { state: { ...state, phase: "follow" }, done, total: null };
  await takePass(pass);
  const { rows, last } = await copyPage(pass, table, state.cursor);
  const next: State =
    rows === 0
      ? { ...state, table: state.table + 1, cursor: null }
      : { ...state, cursor: last, rows: state.rows + rows };
  return { state: next, done: next.rows, total: null };
}

async function follow(pass: Pass, state: State): Promise<StepResult> {
  const tables = await sameTables(pass.from, pass.to);
  await dropChanges(pass.from, pass.projectId, state.seen);
  const { seen, changes, more } = await copyChanges(pass, tables, state.seen);
  const next: State = { ...state, seen, changes: state.changes + changes, phase: more ? "follow" : "switch" };
  return { state: next, done: next.rows + next.changes, total: null };
}

async function change(env: Env, pass: Pass, state: State): Promise<StepResult> {
  const { outcome, seen, changes } = await closeAndSwitch(env, pass, state);
  const next: State = { ...state, seen, changes: state.changes + changes };
  const done = next.rows + next.changes;
  switch (outcome) {
    case "switched":
      rememberShard(pass.projectId, state.to, Date.now());
      return { state: { ...next, phase: "linger", switched_at: Date.now() }, done, total: done };
    case "too many changes":
      return { state: { ...next, phase: "follow" }, done, total: null };
    case "not watched":
      // Changes have passed unseen: all over again.
      return { state: await begin(env, pass.projectId, state.to), done: 0, total: null };
  }
}

/** Deletes what the other shards have of the project: those it left, now or by a move that failed. */
async function sweep(env: Env, pass: Pass, state: State, { done, total }: JobInput): Promise<StepResult> {
  const shard = databases(env)[state.sweeping];
  if (!shard) return { state: { ...state, phase: "end" }, done, total };
  const onward: State = { ...state, sweeping: state.sweeping + 1, begun: false };
  if (state.sweeping === state.to) return { state: onward, done, total };
  if (!state.begun) {
    await beginSweep(env, shard, pass, state);
    return { state: { ...state, begun: true }, done, total };
  }
  const { deleted, left } = await sweepSome(shard, pass);
  const swept = state.deleted + deleted;
  return { state: { ...(left ? state : onward), deleted: swept }, done, total };
}

function resultOf({ project_id, from, to, rows, changes, deleted }: State): MoveResult {
  return { project_id, from, to, rows, changes, deleted };
}
