import type { RunEvent } from "#lib/api.ts";
import type { Annotation, Finding } from "./annotations-api.ts";

const KINDS: { readonly [type: string]: Annotation["kind"] } = {
  NOTE_ADDED: "note",
  SCORE_ADDED: "score",
  MONITOR_FLAGGED: "finding",
};

/** What live events say about their run, as the API says it. */
export function annotationsIn(events: readonly RunEvent[]): Annotation[] {
  return events.flatMap(({ type, data, seq, time }) => {
    const kind = Object.hasOwn(KINDS, type) ? KINDS[type] : undefined;
    return kind === undefined ? [] : [{ ...(data as object), kind, seq, time } as Annotation];
  });
}

/** Both lists as one in the order of the log; what came twice is there once. */
export function mergedAnnotations(have: readonly Annotation[], more: readonly Annotation[]): Annotation[] {
  const bySeq = new Map([...have, ...more].map((row) => [row.seq, row]));
  return [...bySeq.values()].sort((a, b) => a.seq - b.seq);
}

const SEVERITIES = ["low", "medium", "high"];

/** Findings, the most severe first; then what people and agents said, the newest first. */
export function inReadingOrder(rows: readonly Annotation[]): Annotation[] {
  const rank = (row: Annotation) => (row.kind === "finding" ? 1 + SEVERITIES.indexOf(row.severity ?? "") : -1);
  return rows.toSorted((a, b) => rank(b) - rank(a) || b.seq - a.seq);
}

/** The spans that a row is about; none = the whole run. */
export function spansOf(row: Annotation): readonly string[] {
  if (row.kind === "finding") return row.span_ids ?? [];
  return row.span_id === undefined ? [] : [row.span_id];
}

const MONITORS: { readonly [monitor: string]: string } = {
  circular: "In circles",
  drift: "Off the question",
  quality: "Worse answers",
};

/** What a finding is called. */
export function findingTitle({ monitor }: Finding): string {
  return Object.hasOwn(MONITORS, monitor) ? (MONITORS[monitor] as string) : monitor;
}

/** What findings say of a span, by its id: for whoever marks spans. */
export function flagsOf(rows: readonly Annotation[]): ReadonlyMap<string, string> {
  const flags = new Map<string, string>();
  for (const row of rows) {
    if (row.kind !== "finding") continue;
    const said = `${findingTitle(row)}: ${row.reason}`;
    for (const id of spansOf(row)) flags.set(id, flags.has(id) ? `${flags.get(id)}\n${said}` : said);
  }
  return flags;
}
