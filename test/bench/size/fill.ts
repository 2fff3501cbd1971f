// npm run bench:fill -- <folder> <millions of spans>: fills the database of a state folder with made-up agent traces of thirty
// days, by the product's own fold and projection; what is there is gone on from. Only D1 is filled: lists and analytics read
// nothing else, and ten million bodies would be 15 GB. `npm run bench:size` measures what it leaves.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { PackEntry } from "../../../src/blobs/packs.ts";
import { DEFAULT_PROJECT } from "../../../src/domain/access/authenticate.ts";
import { pricedFacts } from "../../../src/domain/ingest/parts.ts";
import { NO_CUSTOM_PRICES } from "../../../src/domain/prices/custom.ts";
import { emptyDelta, foldSpans } from "../../../src/domain/projection/fold.ts";
import { changedRows, type PlannedPart, planParts } from "../../../src/domain/projection/plan.ts";
import { previewsOf } from "../../../src/domain/projection/previews.ts";
import { loadKnown, segmentOf, writeProjection } from "../../../src/domain/projection/store.ts";
import { narrowDay } from "../../../src/domain/rollups/narrow-day.ts";
import { searchText } from "../../../src/domain/search/text.ts";
import { linkOf } from "../../../src/events/links.ts";
import { msFromNano } from "../../../src/events/nano.ts";
import { startServer } from "../../server/harness.ts";
import { d1Of } from "./sqlite-d1.ts";
import { type MadeTrace, makeTrace, TRACES_A_MILLION } from "./traces.ts";

/** Traces of one transaction: about what a drain of 2 MB holds. */
const TRACES_A_DRAIN = 200;

/** How far the filling came, beside the state. */
interface Progress {
  /** When the newest trace begins, in milliseconds since the epoch. */
  end: number;
  /** Whole layers of a million spans. */
  layers: number;
  spans: number;
  calls: number;
}

function partOf({ id, context, spans }: MadeTrace): PlannedPart {
  const items = spans.map((span) => ({
    span: { ...span, facts: pricedFacts(span, context, NO_CUSTOM_PRICES) },
    context,
  }));
  const delta = foldSpans(emptyDelta("trace"), items, ({ span }) => previewsOf(span, context));
  const at = msFromNano(delta.ended ?? "0") + 1_000;
  const links = spans.map(linkOf).join("");
  return {
    run: id,
    batchId: `${id}${id}`,
    firstSeq: 1,
    lastSeq: spans.length,
    facts: () => ({ delta, links, last_seq: spans.length, at }),
    text: () =>
      searchText(items.map(({ span }) => ({ seq: 1, type: "SPAN", time: "", v: 1, data: { ...span, ...context } }))),
  };
}

async function project(db: D1Database, parts: PlannedPart[]): Promise<void> {
  const projectId = DEFAULT_PROJECT.id;
  const known = await loadKnown(
    db,
    projectId,
    parts.map((part) => part.run),
  );
  const { fresh, states } = planParts(parts, known.runs);
  const pack = `packs/${projectId}/2026-11-21/000000000-${parts[0]?.run}`;
  const segments = fresh.map(({ n, ...facts }) => {
    const { run, batchId, lastSeq, text } = parts[n] as PlannedPart;
    const entry: PackEntry = {
      run,
      first_seq: 1,
      last_seq: lastSeq,
      batch_id: batchId,
      offset: n * 4_000,
      length: 4_000,
      from: 0,
      to: lastSeq * 1_500,
      skip: [],
    };
    return segmentOf(entry, pack, facts, text());
  });
  const projected = [...states].map(([id, state]) => changedRows(id, state, known.runs.get(id)));
  if ((await writeProjection(db, projectId, segments, projected, known)) === false) throw new Error("A guard struck");
}

async function main(folder: string, millions: number): Promise<void> {
  mkdirSync(folder, { recursive: true });
  // The server makes the database, its tables and the project.
  const server = await startServer(folder);
  await server.json("/api/me");
  await server.stop();
  const at = join(folder, "v3/d1/miniflare-D1DatabaseObject");
  const file = readdirSync(at).find((name) => name.endsWith(".sqlite") && name !== "metadata.sqlite");
  if (!file) throw new Error(`There is no database in ${at}`);
  const note = join(folder, "fill.json");
  let progress: Progress = { end: Date.now() - 60_000, layers: 0, spans: 0, calls: 0 };
  try {
    progress = JSON.parse(readFileSync(note, "utf8")) as Progress;
  } catch {
    // The first time.
  }
  const db = new DatabaseSync(join(at, file));
  db.exec("PRAGMA journal_mode = off; PRAGMA synchronous = off; PRAGMA cache_size = -6000000");
  const d1 = d1Of(db);
  for (; progress.layers < millions; progress.layers++) {
    const start = performance.now();
    for (let n = 0; n < TRACES_A_MILLION; n += TRACES_A_DRAIN) {
      const traces = Array.from({ length: TRACES_A_DRAIN }, (_, t) => makeTrace(progress.layers, n + t, progress.end));
      progress.spans += traces.reduce((sum, trace) => sum + trace.spans.length, 0);
      await project(d1, traces.map(partOf));
    }
    writeFileSync(note, JSON.stringify({ ...progress, layers: progress.layers + 1 }));
    console.log(
      `${progress.layers + 1} million spans; ${Math.round((performance.now() - start) / 1000)} s for the last`,
    );
  }
  // As every night does.
  const start = performance.now();
  while (await narrowDay(d1, DEFAULT_PROJECT.id, Date.now()));
  console.log(`days narrowed in ${Math.round(performance.now() - start)} ms`);
  db.exec("PRAGMA journal_mode = wal");
  db.close();
}

const [folder, millions] = process.argv.slice(2);
if (!folder || !millions) throw new Error("Usage: npm run bench:fill -- <folder> <millions of spans>");
await main(resolve(folder), Number(millions));
