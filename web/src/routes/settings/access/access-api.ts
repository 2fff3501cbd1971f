import { type Page, send } from "#lib/api.ts";
import type { ApiKey } from "../../../../../src/domain/access/schema.ts";
import type { Connection } from "../../../../../src/domain/oauth/schema.ts";

export type { ApiKey, Connection };
export type Scope = ApiKey["scopes"][number];

const KEYS = "/api/keys";
const CONNECTIONS = "/api/connections";

/** Mostly all there are: what a project let in is counted in tens. */
const LIMIT = 100;

function list<T>(path: string, cursor: string | null, signal: AbortSignal) {
  const query = new URLSearchParams({ limit: String(LIMIT), ...(cursor === null ? {} : { cursor }) });
  return send<Page<T>>(`${path}?${query}`, { signal });
}

const end = (path: string, id: string) => send<void>(`${path}/${encodeURIComponent(id)}`, { method: "DELETE" });

export const accessApi = {
  keys: (cursor: string | null, signal: AbortSignal) => list<ApiKey>(KEYS, cursor, signal),
  makeKey: (wanted: { name: string; scopes: Scope[] }) =>
    send<{ id: string; name: string; key: string }>(KEYS, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(wanted),
    }),
  revoke: (id: string) => end(KEYS, id),
  connections: (cursor: string | null, signal: AbortSignal) => list<Connection>(CONNECTIONS, cursor, signal),
  disconnect: (id: string) => end(CONNECTIONS, id),
};
