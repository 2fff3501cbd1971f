import type { RunRow } from "./rows.ts";

/** What runs are sorted by besides their start. A run may not know it. */
export const RUN_VALUES = ["cost", "duration", "tokens"] as const;
export type RunValue = (typeof RUN_VALUES)[number];

/** The values in SQL: nano US dollars, nanoseconds, tokens. Null where the run does not know it. */
export const RUN_VALUE_SQL = {
  cost: "cost_nano_usd",
  duration: "ended_ns - started_ns",
  tokens:
    "CASE WHEN input_tokens IS NULL THEN output_tokens WHEN output_tokens IS NULL THEN input_tokens ELSE input_tokens + output_tokens END",
} as const satisfies Record<RunValue, string>;

/** What RUN_VALUE_SQL gives for a row. */
export function runValue(row: RunRow, of: RunValue): bigint | null {
  const big = (value: string | number | null) => (value === null ? null : BigInt(value));
  switch (of) {
    case "cost":
      return big(row.cost_nano_usd);
    case "duration":
      return row.ended_ns === null ? null : BigInt(row.ended_ns) - BigInt(row.started_ns ?? 0);
    case "tokens": {
      const [input, output] = [big(row.input_tokens), big(row.output_tokens)];
      return input === null ? output : input + (output ?? 0n);
    }
  }
}
