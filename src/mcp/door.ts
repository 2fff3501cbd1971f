import { createMcpHandler } from "@modelcontextprotocol/server";
import { type Context, Hono } from "hono";
import { authenticate } from "../http/middleware/authenticate.ts";
import { replyError } from "../http/reply-error.ts";
import type { HonoEnv } from "../http/types.ts";
import { createServer } from "./server.ts";

/** Bytes of a request: arguments are short, and an artifact has a door of its own. */
const MAX_BODY = 1_000_000;

/** The door for agents: MCP over Streamable HTTP, stateless. A server lives for one request and knows one caller. */
export function mcpRoutes() {
  const app = new Hono<HonoEnv>();
  app.onError((error, c) => replyError(c as Context<HonoEnv>, error));
  app.all("/mcp", authenticate(), async (c) => {
    const origin = new URL(c.req.url).origin;
    const handler = createMcpHandler(() => createServer(c.get("ctx"), origin), { maxRequestBodySize: MAX_BODY });
    return handler.fetch(c.req.raw);
  });
  return app;
}
