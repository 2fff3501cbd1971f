import { env, exports } from "cloudflare:workers";
import type { LogAddress } from "../../durable-objects/run-log/protocol.ts";
import { traceLogAddresses } from "../../durable-objects/stubs.ts";
import { SCOPES } from "../../src/context.ts";
import { hashSecret, newSecret } from "../../src/domain/access/secrets.ts";
import { projectToken } from "../../src/domain/search/docs.ts";

/** A project of its own, so that tests do not see each other's rows. */
export interface Project {
  id: string;
  /** Its log objects for traces. */
  logs: LogAddress[];
  fetch(path: string, init?: RequestInit): Promise<Response>;
}

export async function newProject(name: string = crypto.randomUUID().slice(0, 8)): Promise<Project> {
  const id = `p-${name}`;
  const key = newSecret("rl");
  const now = Date.now();
  await env.DB.batch([
    // What a monitor finds comes seconds later, as an event that nobody sent.
    env.DB.prepare("INSERT INTO projects (id, name, created_at, settings) VALUES (?, ?, ?, ?)").bind(
      id,
      id,
      now,
      '{"monitors":false}',
    ),
    env.DB.prepare(
      "INSERT INTO api_keys (hash, id, project_id, name, scopes, created_at) VALUES (?, ?, ?, 'test', ?, ?)",
    ).bind(hashSecret(key), crypto.randomUUID(), id, JSON.stringify(SCOPES), now),
  ]);
  return {
    id,
    logs: traceLogAddresses(env, id),
    fetch: (path, init = {}) => {
      const headers = new Headers(init.headers);
      headers.set("authorization", `Bearer ${key}`);
      return exports.default.fetch(new Request(`https://runlight.test${path}`, { ...init, headers }));
    },
  };
}

/** Every row that a project has in the projections, in a fixed order. */
export async function rowsOf(projectId: string, tables = ["runs", "segments", "llm_calls"]) {
  const results = await env.DB.batch<Record<string, unknown>>(
    tables.map((table) =>
      env.DB.prepare(`SELECT * FROM ${table} WHERE project_id = ? ORDER BY 1, 2, 3`).bind(projectId),
    ),
  );
  return results.map(({ results: rows }) => rows);
}

/**
 * The same, and the sums over them, and the words that are found, without what depends on when and with what else a row was
 * projected, and on the project's name.
 */
export async function comparableRowsOf(projectId: string) {
  const own = new Set(["project_id", "seen_at", "pack", "byte_offset", "doc"]);
  const docs = await env.DB.prepare("SELECT run_id, first_seq, text FROM search_docs WHERE project = ?")
    .bind(projectToken(projectId))
    .all<Record<string, unknown>>();
  const tables = [...(await rowsOf(projectId, ["runs", "segments", "llm_calls", "rollups"])), docs.results];
  const text = (row: object) => JSON.stringify(row);
  return tables.map((rows) =>
    rows
      .map((row) => Object.fromEntries(Object.entries(row).filter(([name]) => !own.has(name))))
      .sort((one, other) => (text(one) < text(other) ? -1 : 1)),
  );
}
