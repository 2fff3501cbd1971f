import { ask } from "#lib/api.ts";
import type { Annotation } from "../../../../../src/domain/annotations/schema.ts";

export type { Annotation };
export type Finding = Extract<Annotation, { kind: "finding" }>;

/** What was said about a run, in the order of its log. */
export async function fetchAnnotations(runId: string, signal: AbortSignal): Promise<Annotation[]> {
  const answer = await ask(`/api/runs/${encodeURIComponent(runId)}/annotations`, { signal });
  return ((await answer.json()) as { data: Annotation[] }).data;
}
