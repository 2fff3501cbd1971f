import type { DrainRow, HeldPart, LogAddress, ProjectionCount } from "../../../durable-objects/run-log/protocol.ts";
import { projectFeed, runLog } from "../../../durable-objects/stubs.ts";
import { packKey } from "../../blobs/keys.ts";
import { buildPack, type PackEntry } from "../../blobs/packs.ts";
import { dbFor } from "../../db/db.ts";
import { memberAt, unpackOnce } from "../../events/part.ts";
import { dueRuns } from "../monitors/due.ts";
import { askForVerdicts } from "../monitors/message.ts";
import { runFromRow } from "../runs/run-from-row.ts";
import { loadSettings } from "../settings/load.ts";
import { factsOf, textOf } from "./parts.ts";
import { changedRows, type PlannedPart, planParts } from "./plan.ts";
import type { RunRow } from "./rows.ts";
import { type KnownRun, loadKnown, type Projected, segmentOf, writeProjection } from "./store.ts";

/**
 * Bytes of one drain. Far below what an RPC carries (32 MiB): D1 runs one batch at a time, and on one machine nothing else
 * runs beside it, so a large drain is a pause that every sender feels.
 */
const DRAIN_BYTES = 2_000_000;

/** Pause between two drains, in which senders that waited are served. Waiting is not billed. */
const BREATH_MS = 5;

/** Deliveries that race for the same drain; each loser reads anew and finds less to do. */
const MAX_TRIES = 5;

/** Messages of one drain to the live list; past it a list is better read anew. */
const MAX_FEED_MESSAGES = 200;

export interface ProjectionReport {
  drains: number;
  parts: number;
  runs: number;
  /** Rows written to D1, indexes included. */
  rowsWritten: number;
}

type DrainedPart = Omit<HeldPart, "text"> & PlannedPart & { at: number };

/** Projects what waits in a log object: rows into D1, bodies into R2. Safe to run twice and side by side. */
export async function projectLog(env: Env, address: LogAddress): Promise<ProjectionReport> {
  const report: ProjectionReport = { drains: 0, parts: 0, runs: 0, rowsWritten: 0 };
  const log = runLog(env, address);
  let after: number | null = null;
  let target: number | null = null;
  for (;;) {
    const { rows, newest } = await log.drain(after, DRAIN_BYTES);
    const last = rows.at(-1);
    if (!last) return report;
    // What comes in while we work rings its own bell: a busy object must not hold its consumer for ever, and rows that
    // gather for a second are cheaper to write than the same rows one by one.
    target ??= newest;
    const done = await projectDrain(env, address, rows, report);
    await log.confirm(last.id, done);
    report.drains++;
    after = last.id;
    if (last.id >= target) return report;
    await scheduler.wait(BREATH_MS);
  }
}

async function projectDrain(
  env: Env,
  address: LogAddress,
  rows: DrainRow[],
  report: ProjectionReport,
): Promise<ProjectionCount> {
  const { projectId, object } = address;
  const { search, monitors } = await loadSettings(env, projectId);
  const unpacked = rows.map((row) => ({ parts: partsOf(row, search), body: row.body }));
  const parts = unpacked.flatMap((row) => row.parts);
  const { bytes, entries } = buildPack(projectId, object, unpacked);
  const key = packKey(projectId, object, rows[0]?.at ?? 0, rows[0]?.id ?? 0, rows.at(-1)?.id ?? 0);
  const stored = env.BUCKET.put(key, bytes);
  const runIds = [...new Set(parts.map((part) => part.run))];
  const db = dbFor(env, projectId);

  for (let attempt = 1; ; attempt++) {
    const [known] = await Promise.all([loadKnown(db, projectId, runIds), stored]);
    const plan = planParts(parts, known.runs);
    if (plan.collisions.size > 0) {
      // D1 has other events under these seqs: the object had forgotten a longer log. It asks for new numbers and we for
      // a new drain; throwing brings the bell back.
      for (const [run, { part, above }] of plan.collisions) await runLog(env, address).renumber(run, part, above);
      throw new Error(`Renumbered ${plan.collisions.size} runs of ${object}`);
    }
    const segments = plan.fresh.map(({ n, ...facts }) =>
      segmentOf(entries[n] as PackEntry, key, facts, parts[n]?.text() ?? ""),
    );
    const ask = (projected: readonly Projected[]) =>
      monitors ? askForVerdicts(env, projectId, dueRuns(parts, projected, known.runs)) : undefined;
    if (segments.length === 0) {
      await ask([]);
      return { events: 0, rowsWritten: 0 };
    }
    const projected = [...plan.states].map(([id, state]) => changedRows(id, state, known.runs.get(id)));
    const written = await writeProjection(db, projectId, segments, projected, known);
    if (written === false) {
      if (attempt >= MAX_TRIES) throw new Error(`Lost the race for ${object} ${MAX_TRIES} times`);
      continue;
    }
    report.parts += segments.length;
    report.runs += projected.length;
    report.rowsWritten += written;
    await Promise.all([tellFeed(env, projectId, projected, known.runs), ask(projected)]);
    return {
      events: segments.reduce((sum, each) => sum + each.last_seq - each.first_seq + 1, 0),
      rowsWritten: written,
    };
  }
}

function partsOf(row: DrainRow, search: boolean): DrainedPart[] {
  const unpack = unpackOnce();
  return (JSON.parse(row.head) as HeldPart[]).map((held) => {
    const member = () => memberAt(row.body, held.place);
    let text: string | undefined;
    return {
      ...held,
      at: row.at,
      facts: () => factsOf(held, member, row.at),
      text: () => {
        text ??= search ? textOf(held, member, unpack) : "";
        return text;
      },
    };
  });
}

/** Tells the live list. Its failure must not undo what is written: the list is read anew at the next load. */
async function tellFeed(
  env: Env,
  projectId: string,
  projected: { run: RunRow }[],
  known: Map<string, KnownRun>,
): Promise<void> {
  const feed = projectFeed(env, projectId);
  try {
    // Shaping rows for nobody would cost a busy project more than asking.
    if ((await feed.clients()) === 0) return;
    const timestamp = new Date().toISOString();
    const now = Date.now();
    const settings = await loadSettings(env, projectId);
    const messages = projected.slice(0, MAX_FEED_MESSAGES).map(({ run }) => ({
      entity: "Run",
      event_type: known.has(String(run.id)) ? ("update" as const) : ("insert" as const),
      data: runFromRow(run, now, settings),
      timestamp,
    }));
    await feed.publish(messages, projected.length - messages.length);
  } catch (error) {
    console.error(JSON.stringify({ at: "project.feed", project: projectId, error: String(error) }));
  }
}
