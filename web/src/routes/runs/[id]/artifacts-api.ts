import { ask, type Page } from "#lib/api.ts";
import type { Artifact } from "../../../../../src/domain/artifacts/schema.ts";

export type { Artifact };

const PAGE = 50;

export const artifactsApi = {
  /** Of a run, newest first, each name in its newest version. */
  async list(runId: string, cursor: string | null, signal: AbortSignal): Promise<Page<Artifact>> {
    const query = new URLSearchParams({ limit: String(PAGE), ...(cursor === null ? {} : { cursor }) });
    const answer = await ask(`/api/runs/${encodeURIComponent(runId)}/artifacts?${query}`, { signal });
    return (await answer.json()) as Page<Artifact>;
  },
  /** The beginning of a text. @throws ApiError `unsupported_media_type` for what is none */
  text: async (artifact: Artifact, signal: AbortSignal) => (await ask(previewUrl(artifact), { signal })).text(),
};

export const previewUrl = ({ url }: Pick<Artifact, "url">) => `${url}?preview=1`;
