import { z } from "@hono/zod-openapi";
import type { Ctx } from "../context.ts";
import type { GROUPS } from "../domain/analytics/source.ts";
import { MAX_VALUES, type RunSort } from "../domain/runs/filter.ts";
import { listRuns } from "../domain/runs/list.ts";
import type { FoundRun } from "../domain/runs/schema.ts";

/** What cost and latency can be asked by: those whose groups are words. */
const GROUP_BY = [
  "none",
  "service",
  "model",
  "provider",
  "environment",
  "operation",
  "user",
  "tag",
] as const satisfies readonly (typeof GROUPS)[number][];

/** Examples in an answer at the most; fewer if `limit` is less. */
export const EXAMPLES = 5;

/** Points of a series that a model is given. */
export const MOST_POINTS = 48;

const time = z.string().min(1).max(100);
const anyOf = z.array(z.string().min(1).max(1000)).max(MAX_VALUES).optional();

/** The arguments of both tools. */
export const analyticsInput = z.strictObject({
  from: time.optional().describe("RFC 3339, inclusive; a day before `to` if left out"),
  to: time.optional().describe("RFC 3339, exclusive; now if left out"),
  of: z.enum(["calls", "runs"]).default("calls").describe("What is counted: model calls, or whole runs"),
  group_by: z.enum(GROUP_BY).optional().describe("model if left out, for runs service"),
  granularity: z.enum(["minute", "hour", "day", "week"]).optional().describe("Also a series of such steps, in UTC"),
  service: anyOf,
  model: anyOf,
  provider: anyOf,
  environment: anyOf,
  limit: z.number().int().min(1).max(50).default(8).describe("Groups, and runs or calls as examples at the most"),
});
type Args = z.infer<typeof analyticsInput>;

/** The query of the domain for these arguments; always beside the period before. */
export function analyticsQuery({ limit: _, granularity: __, group_by, ...args }: Args) {
  return { ...args, group_by: group_by ?? (args.of === "runs" ? "service" : "model"), compare: "previous" } as const;
}

/** The groups of an answer: the first that were asked for, and how many others there are. Not the row that is of all others. */
export function firstGroups<T extends { group: string | null }>(
  { data, other_groups }: { data: readonly T[]; other_groups: number },
  { limit, group_by }: Pick<Args, "limit" | "group_by">,
): { groups: T[]; other_groups: number } {
  const named = data.filter(({ group }) => group !== null || group_by === "none");
  const groups = named.slice(0, limit);
  return { groups, other_groups: other_groups + named.length - groups.length };
}

/** The whole series of a range, its newest points. */
export function newest<T>(points: readonly T[] | undefined): { series?: T[]; series_cut?: number } {
  if (!points) return {};
  const series = points.slice(-MOST_POINTS);
  return { series, ...(series.length < points.length ? { series_cut: points.length - series.length } : {}) };
}

/** By how much a value grew, in per cent with one digit; null where there is nothing to compare with. */
export function growth(now: number | null, before: number | null): number | null {
  if (now === null || before === null || before === 0) return null;
  return rounded(((now - before) / before) * 100);
}

/** A number with one digit behind the point: a model reads no more from it. */
export function rounded<T extends number | null>(value: T): T {
  return (value === null ? value : Math.round(value * 10) / 10) as T;
}

/** The runs with the most of a value, in the period that the answer is about. */
export async function topRuns(
  ctx: Ctx,
  args: Args,
  { from, to }: { from: string; to: string },
  sort: Exclude<RunSort, "started_at">,
): Promise<FoundRun[]> {
  const { service, environment, model, provider } = args;
  const limit = Math.min(args.limit, EXAMPLES);
  const { data } = await listRuns(ctx, { sort, limit, from, to, service, environment, model, provider });
  return data;
}

/** A run as an example in an answer about many. */
export const exampleRunSchema = z.object({
  id: z.string(),
  name: z.string(),
  started_at: z.string(),
  duration_ms: z.number().nullable(),
  llm_call_count: z.number().int(),
  cost_usd: z.number().nullable(),
  url: z.string(),
});

export function exampleRun(run: FoundRun, origin: string): z.infer<typeof exampleRunSchema> {
  const { id, name, started_at, duration_ms, llm_call_count, cost_usd, url } = run;
  return { id, name, started_at, duration_ms: rounded(duration_ms), llm_call_count, cost_usd, url: origin + url };
}
