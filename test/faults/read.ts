import type { Run, SpanRow } from "../../src/domain/runs/schema.ts";
import type { RunEvent } from "../../src/events/event.ts";
import type { LogData } from "../../src/events/log-record.ts";
import type { ReadRun } from "./check.ts";
import { eventId, recordId } from "./input.ts";
import type { Project } from "./project.ts";

/** Asks until the answer is there: a reader, too, may be told 503 while something fails. */
export async function readJson<T>(project: Project, path: string): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    const response = await project.fetch(path);
    const text = await response.text();
    if (response.status === 200) return JSON.parse(text) as T;
    if (response.status !== 503 || attempt === 200)
      throw new Error(`${path}: ${response.status} ${text.slice(0, 300)}`);
  }
}

/** A run's log by GET /api/runs/:id/events, page by page. */
export async function readEvents(project: Project, run: string, limit = 1000): Promise<ReadRun> {
  const events: ReadRun["events"] = [];
  let cursor: string | null = "0";
  while (cursor !== null) {
    const page: { data: RunEvent[]; next_cursor: string | null } = await readJson(
      project,
      `/api/runs/${run}/events?limit=${limit}&cursor=${cursor}`,
    );
    for (const event of page.data) events.push({ seq: event.seq, id: idOf(event) });
    // A page that brings nothing and promises more would be asked for ever; the checker will say what is missing.
    cursor = page.data.length === 0 ? null : page.next_cursor;
  }
  return { run, events };
}

/** What a checker calls an event. */
export function idOf(event: RunEvent): string {
  if (event.type === "LOG") return recordId((event.data as LogData).time_unix_nano);
  return event.type === "CUSTOM" ? eventId((event.data as { name: string }).name) : String(event.id);
}

/** Span ids of a run by GET /api/runs/:id/spans, in log order. */
export async function readSpans(project: Project, run: string): Promise<string[]> {
  const { data } = await readJson<{ data: SpanRow[] }>(project, `/api/runs/${run}/spans`);
  return data.map((span) => span.span_id);
}

/** Every run of the list, page by page. */
export async function readList(project: Project): Promise<Run[]> {
  const runs: Run[] = [];
  let cursor: string | null = "";
  while (cursor !== null) {
    const page: { data: Run[]; next_cursor: string | null } = await readJson(
      project,
      `/api/runs?limit=200${cursor === "" ? "" : `&cursor=${cursor}`}`,
    );
    runs.push(...page.data);
    cursor = page.next_cursor;
  }
  return runs;
}

/** Work on many things, a few at a time. */
export async function each<T, R>(items: readonly T[], work: (item: T) => Promise<R>, atOnce = 4): Promise<R[]> {
  const results: R[] = new Array(items.length);
  let next = 0;
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      for (let n = next++; n < items.length; n = next++) results[n] = await work(items[n] as T);
    }),
  );
  return results;
}
