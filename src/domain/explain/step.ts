import { type Nano, parseRfc3339 } from "../../events/nano.ts";
import type { SpanRow } from "../runs/schema.ts";
import type { Print } from "./print.ts";

/** A span as it is judged. */
export interface Step extends SpanRow {
  /** Milliseconds since the run's first span began. */
  from: number;
  /** The same of its end; null if it has not ended. */
  to: number | null;
  /** Whether it is a model call of its own, not a wrapper that repeats one. */
  counted: boolean;
  input: Print | null;
  output: Print | null;
}

/** What a span was given and gave. */
export interface Prints {
  input: Print | null;
  output: Print | null;
}

/** Spans with their times from the beginning of the run. @param counted ids of the calls that count */
export function stepsOf(
  rows: readonly SpanRow[],
  counted: ReadonlySet<string>,
  prints: ReadonlyMap<string, Prints>,
): Step[] {
  // A time that is not known is 1970, and no beginning.
  const times = rows.map(({ started_at }) => parseRfc3339(started_at) ?? "0").filter((time) => time !== "0");
  const first = times.reduce((a, b) => (BigInt(b) < BigInt(a) ? b : a), times[0] ?? "0");
  const since = (time: Nano) => (time === "0" ? 0 : Number(BigInt(time) - BigInt(first)) / 1e6);
  return rows.map((row) => {
    const { input = null, output = null } = prints.get(row.span_id) ?? {};
    const from = since(parseRfc3339(row.started_at) ?? "0");
    const to = row.duration_ms === null ? null : from + row.duration_ms;
    return { ...row, from, to, counted: counted.has(row.span_id), input, output };
  });
}

/** What a span does, however often: its kind and what it is called. */
export function actOf(span: SpanRow): string {
  return `${span.step} ${labelOf(span)}`;
}

/** What a span is called whatever model it asks: its tool, or its name with `*` for the model. */
export function labelOf({ name, model, tool_name }: SpanRow): string {
  return tool_name ?? (model === null ? name : name.replace(model, "*"));
}
