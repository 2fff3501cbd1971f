import { type Ctx, requireScope } from "../../context.ts";
import { readDbFor } from "../../db/db.ts";
import { loadSettings } from "../settings/load.ts";
import { FACETS, type Facet, facetStatements, LOOKED_AT } from "./facets-plan.ts";
import type { RunFilter } from "./filter.ts";
import { overSince } from "./run-from-row.ts";
import type { RunFacets } from "./schema.ts";

/**
 * How many runs that fit the filter have which values, the most frequent first. Each field is counted without its own
 * filter, so that what else could be chosen is seen. Looks at the newest runs only and says so.
 * @throws AppError `invalid_request` for a time that is none
 */
export async function countFacets(ctx: Ctx, filter: RunFilter): Promise<RunFacets> {
  requireScope(ctx, "read");
  const settings = await loadSettings(ctx.env, ctx.projectId);
  const db = readDbFor(ctx.env, ctx.projectId);
  const statements = facetStatements(filter, ctx.projectId, overSince(Date.now(), settings));
  const results = await db.batch<{ facet: Facet | ""; value: string | null; count: number }>(
    statements.map(({ sql, values }) => db.prepare(sql).bind(...values)),
  );
  const facets = Object.fromEntries(FACETS.map((facet) => [facet, []])) as unknown as RunFacets["facets"];
  let counted = 0;
  for (const { facet, value, count } of results.flatMap(({ results: rows }) => rows)) {
    if (facet === "") counted = Math.max(counted, count);
    else if (value !== null) facets[facet].push({ value, count });
  }
  return { facets, approximate: counted >= LOOKED_AT, counted };
}
