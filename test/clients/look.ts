import type { LlmCall, Run, SpanDetail } from "../../src/domain/runs/schema.ts";

/** Batches leave within a second or two; a run is read once nothing was added for this long. */
const SETTLED_MS = 1_500;
const APPEAR_MS = 15_000;

/** A Runlight to send to and to read from. */
export interface Target {
  origin: string;
  key: string;
}

/** What Runlight says of a run. */
export interface Seen {
  run: Run;
  calls: LlmCall[];
  /** Model calls of which what was asked and what was answered can be read. */
  messages: number;
}

/** The runs that were not there before, newest first, once they have stopped growing. */
export async function newRuns(target: Target, before: Set<string>): Promise<Seen[]> {
  const end = Date.now() + APPEAR_MS;
  let size = "";
  let since = Date.now();
  for (;;) {
    const runs = (await listRuns(target)).filter((run) => !before.has(run.id));
    const now = JSON.stringify(runs.map((run) => [run.id, run.event_count]));
    if (now !== size) since = Date.now();
    size = now;
    const settled = runs.length > 0 && Date.now() - since > SETTLED_MS;
    if (settled || Date.now() > end) return Promise.all(runs.map((run) => look(target, run)));
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

async function look(target: Target, { id }: Run): Promise<Seen> {
  const run = await get<Run>(target, `/api/runs/${id}`);
  const { data: calls } = await get<{ data: LlmCall[] }>(target, `/api/runs/${id}/llm-calls`);
  const span = (spanId: string) => get<SpanDetail>(target, `/api/runs/${id}/spans/${spanId}`);
  let messages = 0;
  for (const call of calls) {
    // The span around a call, and not the call itself, may be what carries them.
    const own = await span(call.span_id);
    const around = own.parent_span_id ? await span(own.parent_span_id) : undefined;
    const input = own.input ?? around?.input;
    const output = own.output ?? around?.output;
    if (input?.length && output?.length) messages++;
  }
  return { run, calls, messages };
}

export async function listRuns(target: Target): Promise<Run[]> {
  return (await get<{ data: Run[] }>(target, "/api/runs?limit=200")).data;
}

async function get<T>({ origin, key }: Target, path: string): Promise<T> {
  const answer = await fetch(origin + path, { headers: { authorization: `Bearer ${key}` } });
  if (!answer.ok) throw new Error(`GET ${path} answered ${answer.status}: ${await answer.text()}`);
  return (await answer.json()) as T;
}
