import { Hono } from "hono";
import { app } from "../../../src/app.ts";
import { requestId } from "../../../src/http/middleware/request-id.ts";
import { securityHeaders } from "../../../src/http/middleware/security-headers.ts";
import type { HonoEnv } from "../../../src/http/types.ts";
import real from "../../../src/index.ts";
import { mcpRoutes } from "../../../src/mcp/door.ts";
import { createServer } from "../../../src/mcp/server.ts";
import { addFixtures } from "./fixtures/add.ts";
import { REQUEST_STATE } from "./fixtures/request-state.ts";

// All that the Worker exports; the door for agents below stands in front of the real one.
export * from "../../../src/index.ts";

/** The product's door with the product's tools, resources and prompts, and the suite's beside them. */
const door = mcpRoutes((ctx, origin) => {
  const server = createServer(ctx, origin, { capabilities: { logging: {} }, requestState: REQUEST_STATE });
  addFixtures(server);
  return server;
});

const worker = new Hono<HonoEnv>();
worker.use("/mcp", requestId(), securityHeaders());
worker.route("/", door);
worker.all("*", (c) => app.fetch(c.req.raw, c.env, c.executionCtx as ExecutionContext));

export default { ...real, fetch: worker.fetch } satisfies ExportedHandler<Env>;
