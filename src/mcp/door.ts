import { createMcpHandler, type McpServer } from "@modelcontextprotocol/server";
import { type Context, Hono, type MiddlewareHandler } from "hono";
import type { Ctx } from "../context.ts";
import { AppError } from "../errors.ts";
import { readBody } from "../http/body.ts";
import { knownHost } from "../http/middleware/known-host.ts";
import { knownOrigin } from "../http/middleware/known-origin.ts";
import { replyError } from "../http/reply-error.ts";
import type { HonoEnv } from "../http/types.ts";
import { tooDeep } from "../otlp/conventions/values.ts";
import { authenticateAgent } from "./authenticate.ts";
import { challenge } from "./challenge.ts";
import { missingScope } from "./missing-scope.ts";
import { createServer } from "./server.ts";

/** Bytes of a request: arguments are short, and an artifact has a door of its own. */
const MAX_BODY = 1024 * 1024;

/** Makes the server that answers one request. @param origin of the dashboard, for links */
export type ServerFactory = (ctx: Ctx, origin: string) => McpServer;

/**
 * The door for agents: MCP over Streamable HTTP, stateless. A server lives for one request and knows one caller.
 * @param factory another server, behind the same door: the conformance suite's
 */
export function mcpRoutes(factory: ServerFactory = createServer) {
  const app = new Hono<HonoEnv>();
  app.onError((error, c) => refuse(c as Context<HonoEnv>, error));
  app.all("/mcp", knownHost(), knownOrigin(), jsonOnly(), authenticateAgent(), async (c) => {
    const ctx = c.get("ctx");
    const { origin } = new URL(c.req.url);
    const handler = createMcpHandler(() => factory(ctx, origin), { maxRequestBodySize: MAX_BODY });
    if (c.req.method !== "POST") return handler.fetch(c.req.raw);
    const body = await readBody(c.req.raw, MAX_BODY);
    const text = new TextDecoder().decode(body);
    if (tooDeep(text))
      throw new AppError("invalid_request", "The body is nested too deep. Send JSON of at most 64 levels.");
    const scope = ctx.actor.type === "oauth" ? missingScope(ctx, parse(text)) : null;
    if (scope) return askForScope(c, scope);
    const { method, headers, signal } = c.req.raw;
    return handler.fetch(new Request(c.req.url, { method, headers: plain(headers), body, signal }));
  });
  return app;
}

function jsonOnly(): MiddlewareHandler<HonoEnv> {
  return async (c, next) => {
    if (c.req.method === "POST" && !/^application\/json\s*(?:;|$)/i.test(c.req.header("content-type") ?? "")) {
      throw new AppError("unsupported_media_type", "Content-Type must be application/json.");
    }
    await next();
  };
}

/** The headers of a body that was decompressed. */
function plain(headers: Headers): Headers {
  const copy = new Headers(headers);
  copy.delete("content-encoding");
  copy.delete("content-length");
  return copy;
}

/** What the server will read, too; undefined if it is no JSON, which it will say. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Clients that know OAuth ask their person for more and come again. */
function askForScope(c: Context<HonoEnv>, scope: string): Response {
  const description = `This needs the scope "${scope}", which this connection was not given.`;
  const answer = replyError(c, new AppError("forbidden", description));
  const { origin } = new URL(c.req.url);
  answer.headers.set("WWW-Authenticate", challenge(origin, { code: "insufficient_scope", description }));
  return answer;
}

function refuse(c: Context<HonoEnv>, thrown: unknown): Response {
  const answer = replyError(c, thrown);
  if (!(thrown instanceof AppError) || thrown.code !== "unauthorized") return answer;
  const presented = c.req.header("authorization") !== undefined || c.req.header("x-api-key") !== undefined;
  const error = presented ? ({ code: "invalid_token", description: thrown.message } as const) : null;
  answer.headers.set("WWW-Authenticate", challenge(new URL(c.req.url).origin, error));
  return answer;
}
