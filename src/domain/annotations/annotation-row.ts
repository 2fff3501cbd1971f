import type { RunEvent } from "../../events/event.ts";
import type { Annotation } from "./schema.ts";

const KINDS: { readonly [type: string]: Annotation["kind"] } = {
  NOTE_ADDED: "note",
  SCORE_ADDED: "score",
  MONITOR_FLAGGED: "finding",
};

/** What an event says about its run; null for one that is a part of the run itself. */
export function annotationRow({
  type,
  seq,
  time,
  data,
}: Pick<RunEvent, "type" | "seq" | "time" | "data">): Annotation | null {
  const kind = Object.hasOwn(KINDS, type) ? KINDS[type] : undefined;
  // What the writer named like a place of ours gives way.
  return kind === undefined ? null : ({ ...(data as object), kind, seq, time } as Annotation);
}
