import type { RunFilter } from "./filter.ts";
import { candidates, type Statement } from "./list-plan.ts";
import type { RunFacets } from "./schema.ts";

export type Facet = keyof RunFacets["facets"];

/**
 * Runs that a facet looks at, at the most. Counting what a fifth of a second allows: with a million runs 20,000 take 30 ms
 * unfiltered, and each filter adds a walk of its own for its field.
 */
export const LOOKED_AT = 20_000;

/** Values of a facet. */
export const MAX_FACET_VALUES = 50;

/** Each field's value in SQL; those of a JSON array are counted one by one. */
const FIELDS: Record<Facet, { column: string; array: boolean }> = {
  status: { column: "status", array: false },
  kind: { column: "kind", array: false },
  service: { column: "service", array: false },
  environment: { column: "environment", array: false },
  model: { column: "models", array: true },
  provider: { column: "providers", array: true },
  tag: { column: "tags", array: true },
};
export const FACETS = Object.keys(FIELDS) as Facet[];

/**
 * The counts of a filter's facets: one walk for all fields without a filter, and one for each of the others, without its own.
 * Rows are `{facet, value, count}`; the facet "" has the number of runs that were looked at.
 * @param over as `overSince` gives it, in milliseconds
 */
export function facetStatements(filter: RunFilter, projectId: string, over: number): Statement[] {
  const filtered = FACETS.filter((facet) => filter[facet]?.length);
  const free = FACETS.filter((facet) => !filtered.includes(facet));
  const walks: [Facet[], RunFilter][] = [
    [free, filter],
    ...filtered.map((facet): [Facet[], RunFilter] => [[facet], { ...filter, [facet]: undefined }]),
  ];
  return walks
    .filter(([facets]) => facets.length > 0)
    .map(([facets, each]) => {
      const { sql, params, index } = candidates(each, projectId, over, LOOKED_AT);
      const counts = ["SELECT '' AS facet, NULL AS value, count(*) AS count FROM looked", ...facets.map(countSql)];
      const text = `WITH looked AS MATERIALIZED (${sql}) ${together(counts)}`;
      return { sql: text, values: params.values, index };
    });
}

/** The same rows for few values first, then each of these taken apart: a million runs have few different lists of models. */
function countSql(facet: Facet): string {
  const { column, array } = FIELDS[facet];
  const fits = `FROM looked WHERE fits AND ${column} IS NOT NULL`;
  const grouped = array
    ? `SELECT value, sum(n) AS n FROM (SELECT ${column}, count(*) AS n ${fits} GROUP BY ${column}), json_each(${column}) GROUP BY value`
    : `SELECT ${column} AS value, count(*) AS n ${fits} GROUP BY ${column}`;
  return `SELECT * FROM (SELECT '${facet}' AS facet, value, n AS count FROM (${grouped}) ORDER BY n DESC, value LIMIT ${MAX_FACET_VALUES})`;
}

/** One query of several; D1 allows five parts to a UNION, so that more than that are nested. */
function together(parts: string[]): string {
  if (parts.length <= 4) return parts.join(" UNION ALL ");
  return `${parts.slice(0, 4).join(" UNION ALL ")} UNION ALL SELECT * FROM (${together(parts.slice(4))})`;
}
