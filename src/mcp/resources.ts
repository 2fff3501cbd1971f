import { type McpServer, type ReadResourceResult, ResourceTemplate } from "@modelcontextprotocol/server";
import type { Ctx } from "../context.ts";
import { listRuns } from "../domain/runs/list.ts";
import { getSession } from "../domain/sessions/get.ts";
import { listSessions } from "../domain/sessions/list.ts";
import { briefRun } from "./brief.ts";
import { protocolError } from "./reply-error.ts";
import type { ToolCall } from "./tool.ts";
import { getRun } from "./tools/get-run.ts";

/** How many a list of resources names: the newest. Tools find the others. */
const LISTED = 20;

/** Ids that may complete what was typed are looked for among the newest. */
const LOOKED_AT = 200;

/** Adds `run://{id}` and `session://{id}`: what a person attaches to a chat. */
export function addResources(server: McpServer, ctx: Ctx, origin: string): void {
  /** Failures as the protocol tells them. */
  const told = async <T>(work: Promise<T>, uri?: URL): Promise<T> => {
    try {
      return await work;
    } catch (error) {
      throw protocolError(error, ctx.requestId, uri?.href);
    }
  };
  server.registerResource(
    "run",
    new ResourceTemplate("run://{id}", {
      list: () => told(runResources(ctx)),
      complete: { id: (typed) => told(runIds(ctx, typed)) },
    }),
    { title: "A run", description: "A run's summary and the outline of its tree", mimeType: "text/plain" },
    (uri, { id }) => told(readRun(ctx, origin, uri, decodeURIComponent(String(id))), uri),
  );
  server.registerResource(
    "session",
    new ResourceTemplate("session://{id}", {
      list: () => told(sessionResources(ctx)),
      complete: { id: (typed) => told(sessionIds(ctx, typed)) },
    }),
    { title: "A session", description: "A session's sums and its newest runs", mimeType: "application/json" },
    (uri, { id }) => told(readSession(ctx, origin, uri, decodeURIComponent(String(id))), uri),
  );
}

async function runResources(ctx: Ctx) {
  const { data } = await listRuns(ctx, { limit: LISTED });
  const resources = data.map(({ id, name, status, started_at }) => ({
    uri: `run://${encodeURIComponent(id)}`,
    name,
    // Or a list would show the template's for each.
    title: name,
    description: `${status}, ${started_at}`,
    mimeType: "text/plain",
  }));
  return { resources };
}

async function sessionResources(ctx: Ctx) {
  const { data } = await listSessions(ctx, { limit: LISTED });
  const resources = data.map(({ id, name, run_count, started_at }) => ({
    uri: `session://${encodeURIComponent(id)}`,
    name: name || id,
    title: name || id,
    description: `${run_count} runs, ${started_at}`,
    mimeType: "application/json",
  }));
  return { resources };
}

async function readRun(ctx: Ctx, origin: string, uri: URL, id: string): Promise<ReadResourceResult> {
  const call: ToolCall = { origin, signal: new AbortController().signal, progress: async () => {} };
  const output = await getRun.run(ctx, getRun.input.parse({ id }), call);
  const text = getRun.text?.(output) ?? JSON.stringify(output);
  return { contents: [{ uri: uri.href, mimeType: "text/plain", text }] };
}

async function readSession(ctx: Ctx, origin: string, uri: URL, id: string): Promise<ReadResourceResult> {
  const [session, { data }] = await Promise.all([
    getSession(ctx, id),
    listRuns(ctx, { session_id: [id], limit: LISTED }),
  ]);
  const text = JSON.stringify({ session, runs: data.map((run) => briefRun(run, origin)) });
  return { contents: [{ uri: uri.href, mimeType: "application/json", text }] };
}

/** Ids of the newest runs that begin with what was typed. */
export async function runIds(ctx: Ctx, typed: string): Promise<string[]> {
  const { data } = await listRuns(ctx, { limit: LOOKED_AT });
  return data.map(({ id }) => id).filter((id) => id.startsWith(typed));
}

async function sessionIds(ctx: Ctx, typed: string): Promise<string[]> {
  const { data } = await listSessions(ctx, { limit: LOOKED_AT });
  return data.map(({ id }) => id).filter((id) => id.startsWith(typed));
}
