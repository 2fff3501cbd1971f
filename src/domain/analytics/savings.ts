import { type Ctx, requireScope } from "../../context.ts";
import { readDbFor } from "../../db/db.ts";
import { loadPrices } from "../prices/load.ts";
import { MOST_GROUPS } from "./query.ts";
import { answered, type RangeQuery, resolveRange } from "./range.ts";
import { sampleCalls } from "./sample.ts";
import { cacheSavings } from "./saving-cache.ts";
import { retrySavings } from "./saving-retries.ts";
import { smallerModelSavings } from "./saving-smaller-model.ts";
import type { SavingsAnalytics } from "./schema.ts";
import { type AnalyticsFilter, ask, groupsQuery, type SumRow } from "./source.ts";

export type SavingsQuery = Pick<RangeQuery, "from" | "to"> & Pick<AnalyticsFilter, "service" | "environment">;

/**
 * Where a range could have cost less, with the figures and the runs that show it; those that may save most come first. What the
 * cache could save is of all calls of the range, the others of its newest runs only.
 */
export async function listSavings(ctx: Ctx, query: SavingsQuery): Promise<SavingsAnalytics> {
  requireScope(ctx, "read");
  const now = Date.now();
  const { span } = resolveRange({ from: query.from, to: query.to }, now);
  const filter = { service: query.service, environment: query.environment };
  const slice = { projectId: ctx.projectId, of: "calls" as const, span, filter };
  const db = readDbFor(ctx.env, ctx.projectId);
  const prices = await loadPrices(ctx.env, ctx.projectId);
  const [groups = []] = await ask<SumRow>(db, [
    groupsQuery(slice, "service_model_provider", "cost_nano_usd", MOST_GROUPS),
  ]);
  const sample = await sampleCalls(db, ctx.projectId, span, filter);
  const served = groups.slice(0, -1).map((sums) => {
    const [service = "", model = "", provider = ""] = JSON.parse(sums.grp as string) as string[];
    return { service, model, provider, sums };
  });
  const at = Math.min(now, span.to * 1000 - 1);
  const data = [
    ...cacheSavings(served, sample.calls, prices, at),
    ...smallerModelSavings(sample.calls, sample.runs, prices),
    ...retrySavings(sample.calls, sample.runs),
  ].sort((a, b) => (b.estimated_usd?.high ?? 0) - (a.estimated_usd?.high ?? 0));
  return {
    ...answered(span),
    looked_at: { runs: sample.runs, calls: sample.calls.length, all: sample.all },
    data,
  };
}
