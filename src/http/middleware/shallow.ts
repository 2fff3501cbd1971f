import type { MiddlewareHandler } from "hono";
import { AppError } from "../../errors.ts";
import { tooDeep } from "../../otlp/conventions/values.ts";
import type { HonoEnv } from "../types.ts";

/**
 * Refuses JSON that is nested too deep, before anything walks it: a schema that takes any JSON would run out of stack.
 * @throws AppError `invalid_request`
 */
export function shallow(): MiddlewareHandler<HonoEnv> {
  return async (c, next) => {
    if (c.req.method === "POST" && tooDeep(await c.req.text())) {
      throw new AppError("invalid_request", "The body is nested too deep. Send JSON of at most 64 levels.");
    }
    await next();
  };
}
