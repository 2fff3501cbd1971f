import type { LlmCall, FoundRun as Run, SpanDetail, SpanRow } from "../../../src/domain/runs/schema.ts";
import type { Session } from "../../../src/domain/sessions/schema.ts";
import type { RunEvent } from "../../../src/events/event.ts";
import { anyId, sessionPath } from "./session-path.ts";

export type { LlmCall, Run, RunEvent, Session, SpanDetail, SpanRow };
export type Message = NonNullable<SpanDetail["input"]>[number];
export type MessagePart = Message["parts"][number];
export interface Page<T> {
  data: T[];
  next_cursor: string | null;
}
export interface Me {
  project: { id: string; name: string; stall_after_minutes: number };
  actor: { type: string };
  scopes: string[];
}

/** An answer that is no success. `message` is the API's own sentence and may be shown. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  constructor(
    message: string,
    readonly status: number,
    readonly code: string,
    readonly requestId: string | null = null,
  ) {
    super(message);
  }
}

const TIMEOUT_MS = 30_000;
const AUTH = "/api/auth/";

/** Set by the layout: what to do when the sign-in has ended. */
export const hooks: { signedOut: () => void } = { signedOut: () => {} };

/** Asks the API. @throws ApiError if it does not answer with success */
export async function send<T>(path: string, init: RequestInit = {}): Promise<T> {
  const response = await ask(path, init);
  if (response.status === 204) return undefined as T;
  return (await response.json()) as T;
}

/** An answer that is a success, whatever is in it. @throws ApiError */
export async function ask(path: string, init: RequestInit = {}): Promise<Response> {
  const timeout = AbortSignal.timeout(TIMEOUT_MS);
  const signal = init.signal ? AbortSignal.any([init.signal, timeout]) : timeout;
  let response: Response;
  try {
    response = await fetch(path, { ...init, signal, credentials: "same-origin" });
  } catch (error) {
    if (init.signal?.aborted) throw error;
    if (timeout.aborted) throw new ApiError("The server took too long to answer. Try again.", 0, "timeout");
    throw new ApiError("The server cannot be reached. Check the connection and try again.", 0, "network");
  }
  if (!response.ok) {
    if (response.status === 401 && !path.startsWith(AUTH)) hooks.signedOut();
    throw await errorFrom(response);
  }
  return response;
}

async function errorFrom(response: Response): Promise<ApiError> {
  const body = (await response.json().catch(() => null)) as {
    error?: { code?: string; message?: string; request_id?: string };
  } | null;
  const error = body?.error;
  const message = error?.message ?? `The server answered ${response.status} without saying why. Try again.`;
  return new ApiError(message, response.status, error?.code ?? "unknown", error?.request_id ?? null);
}

function post<T>(path: string, body: unknown): Promise<T> {
  return send<T>(path, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
}

const run = (id: string) => `/api/runs/${encodeURIComponent(id)}`;

export const api = {
  me: () => send<Me>("/api/me"),
  signIn: (credential: { token: string } | { key: string }) => post<void>(`${AUTH}sign-in`, credential),
  signOut: () => post<void>(`${AUTH}sign-out`, {}),
  createIngestKey: () => post<{ key: string }>("/api/keys", { name: "Dashboard snippet", scopes: ["ingest"] }),
  runs: (query: URLSearchParams, signal?: AbortSignal) => send<Page<Run>>(`/api/runs?${query}`, { signal }),
  run: (id: string, signal?: AbortSignal) => send<Run>(run(id), { signal }),
  spans: (id: string, signal?: AbortSignal) =>
    send<{ data: SpanRow[]; last_seq: number }>(`${run(id)}/spans`, { signal }),
  span: (id: string, spanId: string, seq: number, signal?: AbortSignal) =>
    send<SpanDetail>(`${run(id)}/spans/${encodeURIComponent(spanId)}?seq=${seq}`, { signal }),
  llmCalls: (id: string, signal?: AbortSignal) => send<Page<LlmCall>>(`${run(id)}/llm-calls`, { signal }),
  sessions: (query: URLSearchParams, signal?: AbortSignal) => send<Page<Session>>(`/api/sessions?${query}`, { signal }),
  session: (id: string, signal?: AbortSignal) => send<Session>(`/api/sessions/${anyId(id)}`, { signal }),
  events: (id: string, after: number, limit: number, signal?: AbortSignal) =>
    send<Page<RunEvent> & { last_seq: number }>(`${run(id)}/events?after=${after}&limit=${limit}`, { signal }),
};

export const paths = {
  feed: "/ws?entities=Run",
  run: (id: string) => `/runs/${encodeURIComponent(id)}`,
  session: sessionPath,
  sessions: (userId?: string) => (userId ? `/sessions?${new URLSearchParams({ user_id: userId })}` : "/sessions"),
  artifact: (runId: string, id: string) => `/runs/${encodeURIComponent(runId)}?artifact=${encodeURIComponent(id)}`,
  runJson: run,
  subscribe: (id: string, after: number) => `${run(id)}/subscribe?after=${after}`,
};
