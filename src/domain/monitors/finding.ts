/** What an agent did in one step, as far as monitors look at it. */
export interface JudgedStep {
  /** What it said; "" = nothing. */
  text: string;
  span_id?: string | undefined;
  /** Its number; left out = its place in the list, from 1. */
  step?: number | undefined;
  /** Tools that it asked for. */
  calls?: readonly { name: string; arguments: unknown }[] | undefined;
  /** It failed. */
  failed?: boolean | undefined;
  /** The provider says that the answer was cut at its limit. */
  cut?: boolean | undefined;
  /** It ran beside an earlier one, as of a fan-out: neither is an answer to the other, so that it goes in no circle and strays from nothing. */
  beside?: boolean | undefined;
}

export const MONITORS = ["circular", "drift", "quality"] as const;
export type Monitor = (typeof MONITORS)[number];

/** By what a monitor knew it. A run is told of each once. */
export const SIGNS = [
  "repeats",
  "same_calls",
  "off_topic",
  "shrinking",
  "looping_text",
  "empty",
  "truncated",
  "refusing",
  "errors",
] as const;
export type Sign = (typeof SIGNS)[number];

export const SEVERITIES = ["low", "medium", "high"] as const;
export type Severity = (typeof SEVERITIES)[number];

/** What a monitor says of a run: the data of a MONITOR_FLAGGED event. */
export interface Finding {
  monitor: Monitor;
  sign: Sign;
  /** A sentence with the numbers. */
  reason: string;
  severity: Severity;
  /** What was measured, and from where on (or up to where) it is a finding. */
  score: number;
  threshold: number;
  /** The step at which it shows. */
  step?: number;
  /** The spans it is about, in order. */
  span_ids?: string[];
}
