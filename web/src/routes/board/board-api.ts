import { ApiError, hooks, type Page } from "#lib/api.ts";
import type { Artifact } from "../../../../src/domain/artifacts/schema.ts";
import type { Card, Stats } from "../../../../src/domain/board/schema.ts";
import type { DeadLetter, OpenedLetter } from "../../../../src/domain/dead-letters/schema.ts";
import type { JobAnswer } from "../../../../src/domain/jobs/schema.ts";

export type { Artifact, Card, DeadLetter, JobAnswer, OpenedLetter, Stats };
export type Entity = Card["entity"];

/** A line of the project's live board. */
export interface FeedMessage {
  entity: string;
  event_type: "insert" | "update" | "delete";
  data: unknown;
}

const TIMEOUT_MS = 30_000;

/** Apart from `#lib/api.ts`, so that who reads runs does not load what only these pages ask for. */
async function send<T>(path: string, signal?: AbortSignal, method = "GET", body?: object): Promise<T> {
  const timeout = AbortSignal.timeout(TIMEOUT_MS);
  let response: Response;
  try {
    response = await fetch(path, {
      method,
      ...(body && { headers: { "content-type": "application/json" }, body: JSON.stringify(body) }),
      credentials: "same-origin",
      signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new ApiError("The server cannot be reached. Check the connection and try again.", 0, "network");
  }
  if (response.ok) return (await response.json()) as T;
  if (response.status === 401) hooks.signedOut();
  const said = (await response.json().catch(() => null)) as {
    error?: Record<"code" | "message" | "request_id", string>;
  };
  const { code = "unknown", message, request_id = null } = said?.error ?? {};
  throw new ApiError(
    message ?? `The server answered ${response.status} without saying why. Try again.`,
    response.status,
    code,
    request_id,
  );
}

const pageOf = (path: string, cursor: string | null) => (cursor === null ? path : `${path}?cursor=${cursor}`);
const letter = (id: string) => `/api/dead-letters/${encodeURIComponent(id)}`;

export const boardApi = {
  entities: (signal?: AbortSignal) => send<{ data: Card[] }>("/api/entities", signal),
  stats: (signal?: AbortSignal) => send<Stats>("/api/stats", signal),
  jobs: (cursor: string | null, signal?: AbortSignal) => send<Page<JobAnswer>>(pageOf("/api/jobs", cursor), signal),
  job: (id: string, signal?: AbortSignal) => send<JobAnswer>(`/api/jobs/${encodeURIComponent(id)}`, signal),
  /** Begins a job. */
  begin: (method: "POST" | "DELETE", path: string, body: object | undefined, signal: AbortSignal) =>
    send<JobAnswer>(path, signal, method, body),
  letters: (cursor: string | null, signal?: AbortSignal) =>
    send<Page<DeadLetter>>(pageOf("/api/dead-letters", cursor), signal),
  letter: (id: string, signal?: AbortSignal) => send<OpenedLetter>(letter(id), signal),
  replay: (id: string) => send<OpenedLetter>(`${letter(id)}/replay`, undefined, "POST"),
};

export const boardPaths = {
  board: "/board",
  jobs: "/jobs",
  job: (id: string) => `/jobs?${new URLSearchParams({ id })}`,
  letters: "/dead-letters",
  letter: (id: string) => `/dead-letters?${new URLSearchParams({ id })}`,
  feed: (entities: readonly string[]) => `/ws?entities=${entities.join(",")}`,
};
