import { type Ctx, requireScope } from "../../context.ts";
import { readDbFor } from "../../db/db.ts";
import { listRuns } from "../runs/list.ts";
import { Params } from "../runs/params.ts";
import { sessionPath } from "../sessions/path.ts";
import { answered, type RangeQuery, resolveRange, type Span, timeOf } from "./range.ts";
import type { TopAnalytics, TopRow } from "./schema.ts";
import { ask, groupsQuery, type Query, type Slice, type SumRow } from "./source.ts";
import { costOf } from "./sums.ts";
import { topSessionsQuery } from "./top-sessions.ts";

export interface TopQuery extends Pick<RangeQuery, "from" | "to"> {
  of: "runs" | "sessions" | "users";
  service?: readonly string[] | undefined;
  environment?: readonly string[] | undefined;
  limit: number;
}

/**
 * The most expensive runs, sessions or users of a range. Those of whose cost nothing is known are not among them.
 * @throws AppError `invalid_request`, `unprocessable` for a range that cannot be answered
 */
export async function listTop(ctx: Ctx, query: TopQuery): Promise<TopAnalytics> {
  requireScope(ctx, "read");
  const { span } = resolveRange({ from: query.from, to: query.to }, Date.now(), query.of !== "users");
  const found = await { runs: topRuns, sessions: topSessions, users: topUsers }[query.of](ctx, query, span);
  return { ...answered(span), of: query.of, ...found };
}

type Found = Pick<TopAnalytics, "approximate" | "data">;

async function topRuns(ctx: Ctx, { service, environment, limit }: TopQuery, span: Span): Promise<Found> {
  const { data } = await listRuns(ctx, {
    sort: "cost",
    limit,
    from: timeOf(span.from),
    to: timeOf(span.to),
    service,
    environment,
  });
  const known = data.filter(({ cost_usd }) => cost_usd !== null);
  return {
    approximate: false,
    data: known.map(({ id, name, llm_call_count, cost_usd, url }) => ({
      id,
      name,
      run_count: 1,
      llm_call_count,
      cost_usd,
      unpriced_count: 0,
      url,
    })),
  };
}

async function topUsers(ctx: Ctx, { service, environment, limit }: TopQuery, span: Span): Promise<Found> {
  const db = readDbFor(ctx.env, ctx.projectId);
  const slice = { projectId: ctx.projectId, span, filter: { service, environment } };
  const calls = { ...slice, of: "calls" as const };
  // One more, as calls without a user may be among them.
  const [groups = []] = await ask<SumRow>(db, [groupsQuery(calls, "user", "cost_nano_usd", limit + 1)]);
  const users = groups.slice(0, -1).filter((row) => row.grp !== "" && row.cost_nano_usd > 0);
  const names = users.map(({ grp }) => grp as string);
  const [runs = []] = await ask<{ user_id: string; count: number }>(db, [runsOfUsersQuery(slice, names)]);
  const runsOf = new Map(runs.map(({ user_id, count }) => [user_id, count]));
  const data = users.slice(0, limit).map((row): TopRow => {
    const id = row.grp as string;
    return {
      id,
      name: null,
      run_count: runsOf.get(id) ?? 0,
      llm_call_count: row.count,
      cost_usd: costOf(row),
      unpriced_count: row.unpriced_count,
      url: `/?${new URLSearchParams({ user_id: id })}`,
    };
  });
  return { approximate: false, data };
}

/** How many runs of these users began in the range: no rollup tells, but the index by start holds all that is asked. */
export function runsOfUsersQuery({ projectId, span, filter }: Omit<Slice, "of">, users: readonly string[]): Query {
  const params = new Params();
  const where = [
    `project_id = ${params.of(projectId)}`,
    `started_ns >= ${params.of(span.from)} * 1000000000`,
    `started_ns < ${params.of(span.to)} * 1000000000`,
    `user_id IN (SELECT value FROM json_each(${params.of(JSON.stringify(users))}))`,
    ...(["service", "environment"] as const).flatMap((field) =>
      filter[field]?.length
        ? [`coalesce(${field}, '') IN (SELECT value FROM json_each(${params.of(JSON.stringify(filter[field]))}))`]
        : [],
    ),
  ];
  const sql = `SELECT user_id, count(*) AS count FROM runs INDEXED BY runs_by_start WHERE ${where.join(" AND ")} GROUP BY user_id`;
  return { sql, values: params.values };
}

async function topSessions(ctx: Ctx, query: TopQuery, span: Span): Promise<Found> {
  const [rows = []] = await ask<{
    id: string;
    name: string;
    runs: number;
    calls: number;
    cost: number;
    unpriced: number;
    whole: 0 | 1;
  }>(readDbFor(ctx.env, ctx.projectId), [topSessionsQuery(ctx.projectId, query, span)]);
  return {
    approximate: rows[0]?.whole === 0,
    data: rows.map(({ id, name, runs, calls, cost, unpriced }) => ({
      id,
      name,
      run_count: runs,
      llm_call_count: calls,
      cost_usd: cost / 1e9,
      unpriced_count: unpriced,
      url: sessionPath(id),
    })),
  };
}
