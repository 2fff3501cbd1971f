import { type McpServer, type ReadResourceResult, ResourceTemplate } from "@modelcontextprotocol/server";
import type { Ctx } from "../context.ts";
import { listRuns } from "../domain/runs/list.ts";
import { getSession } from "../domain/sessions/get.ts";
import { listSessions } from "../domain/sessions/list.ts";
import { AppError } from "../errors.ts";
import { briefRun } from "./brief.ts";
import { told } from "./reply-error.ts";
import type { ToolCall } from "./tool.ts";
import { getRun } from "./tools/get-run.ts";

/** How many a list of resources names: the newest. Tools find the others. */
const LISTED = 20;

/** Ids that may complete what was typed are looked for among the newest. */
const LOOKED_AT = 200;

/** Characters of ids; a session's is what its sender calls it. */
const RUN_ID_CHARS = 128;
const SESSION_ID_CHARS = 1000;

type Variable = string | string[] | undefined;

/** Adds `run://{id}` and `session://{id}`: what a person attaches to a chat. */
export function addResources(server: McpServer, ctx: Ctx, origin: string): void {
  server.registerResource(
    "run",
    new ResourceTemplate("run://{id}", {
      list: () => told(ctx, runResources(ctx)),
      complete: { id: (typed) => told(ctx, runIds(ctx, typed)) },
    }),
    { title: "A run", description: "A run's summary and the outline of its tree", mimeType: "text/plain" },
    (uri, { id }) => told(ctx, readRun(ctx, origin, uri, id), uri),
  );
  server.registerResource(
    "session",
    new ResourceTemplate("session://{id}", {
      list: () => told(ctx, sessionResources(ctx)),
      complete: { id: (typed) => told(ctx, sessionIds(ctx, typed)) },
    }),
    { title: "A session", description: "A session's sums and its newest runs", mimeType: "application/json" },
    (uri, { id }) => told(ctx, readSession(ctx, origin, uri, id), uri),
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

/** What stands for `{id}` in a template. @throws AppError `invalid_request` */
function idOf(variable: Variable, most: number): string {
  try {
    const id = decodeURIComponent(String(variable));
    if (id !== "" && id.length <= most) return id;
  } catch {
    // Percent signs that encode nothing.
  }
  throw new AppError("invalid_request", `The address must end in an id of 1 to ${most} characters, URL-encoded.`);
}

async function readRun(ctx: Ctx, origin: string, uri: URL, variable: Variable): Promise<ReadResourceResult> {
  const call: ToolCall = { origin, signal: new AbortController().signal, progress: async () => {} };
  const output = await getRun.run(ctx, getRun.input.parse({ id: idOf(variable, RUN_ID_CHARS) }), call);
  const text = getRun.text?.(output) ?? JSON.stringify(output);
  return { contents: [{ uri: uri.href, mimeType: "text/plain", text }] };
}

async function readSession(ctx: Ctx, origin: string, uri: URL, variable: Variable): Promise<ReadResourceResult> {
  const id = idOf(variable, SESSION_ID_CHARS);
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
