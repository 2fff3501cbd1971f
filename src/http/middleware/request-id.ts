import type { MiddlewareHandler } from "hono";
import type { HonoEnv } from "../types.ts";

/** Names the request: in logs, in errors, and in a header of the answer. */
export function requestId(): MiddlewareHandler<HonoEnv> {
  return async (c, next) => {
    const id = c.req.header("cf-ray") ?? crypto.randomUUID();
    c.set("requestId", id);
    await next();
    // An answer that upgrades to a WebSocket has headers that cannot be changed.
    if (c.res.status !== 101) c.res.headers.set("x-request-id", id);
  };
}
