import { send } from "#lib/api.ts";
import type { RunFacets } from "../../../src/domain/runs/schema.ts";

export type Counted = RunFacets;
export type FacetKey = keyof RunFacets["facets"];

/** The fields in the order in which they are shown. */
export const FACETS: { key: FacetKey; label: string }[] = [
  { key: "status", label: "Status" },
  { key: "service", label: "Service" },
  { key: "environment", label: "Environment" },
  { key: "model", label: "Model" },
  { key: "provider", label: "Provider" },
  { key: "tag", label: "Tag" },
  { key: "kind", label: "Kind" },
];

/** How many runs have which values. @param query a filter in the API's words */
export function loadFacets(query: URLSearchParams): Promise<Counted> {
  return send<Counted>(`/api/runs/facets?${query}`);
}
