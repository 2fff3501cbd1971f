import { z } from "@hono/zod-openapi";
import { RUN_STATUSES } from "../../events/event.ts";

export const FOCUSES = ["latency", "cost", "errors"] as const;
export type Focus = (typeof FOCUSES)[number];

export const FINDING_KINDS = {
  failed: ["errors"],
  retried: ["errors", "latency", "cost"],
  running: ["errors", "latency"],
  slow_span: ["latency"],
  gap: ["latency"],
  repeated: ["latency", "cost"],
  expensive_call: ["cost"],
  uncached_prefix: ["cost", "latency"],
  growing_input: ["cost", "latency"],
  long_output: ["cost", "latency"],
  unknown_cost: ["cost"],
} as const satisfies Record<string, readonly Focus[]>;
export type FindingKind = keyof typeof FINDING_KINDS;

/** Something about a run that is worth a look, with what to do about it. */
export const findingSchema = z
  .object({
    kind: z.enum(Object.keys(FINDING_KINDS) as [FindingKind, ...FindingKind[]]),
    severity: z.enum(["high", "medium", "low"]),
    what: z.string().openapi({ description: "In words, with the numbers" }),
    span_ids: z.array(z.string()).openapi({ description: "The spans that show it, the most telling first" }),
    numbers: z.record(z.string(), z.number()).openapi({ description: "The unit is at the end of each name" }),
    suggestion: z.string(),
  })
  .openapi("Finding");
export type Finding = z.infer<typeof findingSchema>;

export const explanationSchema = z
  .object({
    run_id: z.string(),
    status: z.enum(RUN_STATUSES),
    headline: z.string(),
    duration_ms: z.number().nullable(),
    cost_usd: z.number().nullable(),
    critical_path: z
      .array(
        z.object({
          span_id: z.string(),
          name: z.string(),
          own_ms: z.number().openapi({ description: "What it alone kept the run waiting" }),
          share_percent: z.number(),
        }),
      )
      .openapi({ description: "The spans that bound the duration, those first that took most of it" }),
    findings: z.array(findingSchema),
    other_findings: z.number().int().openapi({ description: "Findings that are not listed" }),
  })
  .openapi("Explanation");
export type Explanation = z.infer<typeof explanationSchema>;

/** Spans that a finding names. */
const MOST_SPANS = 5;

/** The ids that a finding names. */
export function idsOf(steps: readonly { span_id: string }[]): string[] {
  return steps.slice(0, MOST_SPANS).map(({ span_id }) => span_id);
}

/** How much a part of a whole matters. */
export function severityOf(share: number): Finding["severity"] {
  return share >= 0.4 ? "high" : share >= 0.15 ? "medium" : "low";
}

/** A duration in words: `850 ms`, `12.3 s`, `4 min 5 s`. */
export function inWords(ms: number): string {
  if (Math.round(ms) < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 100_000) return `${(ms / 1_000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1_000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** US dollars in words, with as many digits as tell something. */
export function dollars(usd: number): string {
  return `$${usd >= 1 ? usd.toFixed(2) : Number(usd.toPrecision(2)).toFixed(Math.max(4, 1 - Math.floor(Math.log10(usd || 1))))}`;
}

export function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

export function rounded(value: number, digits = 1): number {
  return Math.round(value * 10 ** digits) / 10 ** digits;
}
