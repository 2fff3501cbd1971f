import { setTimeout as sleep } from "node:timers/promises";
import { paint } from "../say.ts";
import { PLAN, WRITTEN } from "./plan.ts";
import { newRound } from "./round.ts";
import { encode, post, putFile, type Target } from "./send.ts";
import { faster, type Run } from "./spans.ts";
import { encodeEvents, fasterWritten, type WrittenRun } from "./written.ts";

/** What was sent so far. */
export interface Sent {
  runs: number;
  /** Begun, and not yet ended. */
  open: number;
  spans: number;
  requests: number;
}

interface Stage {
  target: Target;
  speed: number;
  signal: AbortSignal;
  sent: Sent;
}

/** Plays one round to its end: every run in its own time, side by side. */
export async function playRound(index: number, stage: Stage): Promise<void> {
  const round = newRound(index);
  const startedAt = Date.now();
  const traces = PLAN.map(async ({ startMs, scenario }) => {
    const run = faster(scenario(round), stage.speed);
    await until(startedAt + startMs / stage.speed, stage.signal);
    await playRun(run, stage);
  });
  const written = WRITTEN.flatMap(({ startMs, scenario }) =>
    scenario(round).map(async (whole) => {
      const run = fasterWritten(whole, stage.speed);
      await until(startedAt + startMs / stage.speed + run.startMs, stage.signal);
      await playWritten(run, stage);
    }),
  );
  await Promise.all([...traces, ...written]);
}

async function playWritten(run: WrittenRun, { target, signal, sent }: Stage): Promise<void> {
  const options = { signal, onWait: sayBusy };
  await post(target, { id: run.id, ...run.begin }, { ...options, path: "/api/runs" });
  // What begins first names the run, and that shall be the run itself.
  const startedAt = Date.now();
  say("▸", `${run.title}\n             ${paint("cyan", `${target.origin}/runs/${run.id}`)}`);
  sent.open++;
  sent.requests++;
  const files = run.files.map(async (file) => {
    await until(startedAt + file.atMs, signal);
    await putFile(target, run.id, file, options);
    sent.requests++;
  });
  await Promise.all([playEvents(run, startedAt, { target, signal, sent }), ...files]);
  sent.open--;
  sent.runs++;
  const spans = run.timeline.flatMap(({ events }) => events).filter(({ type }) => type === "SPAN").length;
  const what = `${spans} spans${files.length > 0 ? ` and ${files.length} artifacts` : ""}`;
  say(
    paint("green", "✓"),
    `${run.title} ${paint("dim", `${what} in ${run.timeline.length + files.length + 1} requests`)}`,
  );
}

async function playEvents(
  run: WrittenRun,
  startedAt: number,
  { target, signal, sent }: Pick<Stage, "target" | "signal" | "sent">,
): Promise<void> {
  const options = { signal, onWait: sayBusy };
  for (const { atMs, events } of run.timeline) {
    await until(startedAt + atMs, signal);
    await post(target, encodeEvents(events, startedAt), { ...options, path: `/api/runs/${run.id}/events` });
    sent.spans += events.filter(({ type }) => type === "SPAN").length;
    sent.requests++;
  }
}

async function playRun(run: Run, { target, signal, sent }: Stage): Promise<void> {
  const startedAt = Date.now();
  const link = paint("cyan", `${target.origin}/runs/${run.traceId}`);
  let spans = 0;
  for (const batch of run.timeline) {
    await until(startedAt + batch.atMs, signal);
    await post(target, encode(batch.spans, startedAt), { signal, onWait: sayBusy });
    // A run has a page once something of it has arrived.
    if (spans === 0) {
      say("▸", `${run.title}\n             ${link}`);
      sent.open++;
    }
    spans += batch.spans.length;
    sent.spans += batch.spans.length;
    sent.requests++;
  }
  sent.open--;
  sent.runs++;
  say(paint("green", "✓"), `${run.title} ${paint("dim", `${spans} spans in ${run.timeline.length} requests`)}`);
}

const sayBusy = (seconds: number) => say("…", `The server is busy; the next try is in ${seconds} s.`);

function say(mark: string, text: string): void {
  const clock = paint("dim", new Date().toTimeString().slice(0, 8));
  console.log(`  ${clock} ${mark} ${text}`);
}

/** Sleeps until that time; rejects at once when aborted. */
async function until(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(Math.max(0, ms - Date.now()), undefined, { signal });
}
