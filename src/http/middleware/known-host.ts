import type { MiddlewareHandler } from "hono";
import { AppError } from "../../errors.ts";
import type { HonoEnv } from "../types.ts";
import { hostOf, listOf } from "./known-origin.ts";

/**
 * Lets only requests in that ask for one of ALLOWED_HOSTS, whatever the port; all if there are none.
 * @throws AppError `forbidden`
 */
export function knownHost(): MiddlewareHandler<HonoEnv> {
  return async (c, next) => {
    const allowed = listOf(c.env.ALLOWED_HOSTS);
    const asked = [hostOf(c), new URL(c.req.url).host];
    if (allowed.length > 0 && !asked.every((host) => allowed.includes(nameOf(host)))) {
      throw new AppError("forbidden", "This server does not answer under this host name (ALLOWED_HOSTS).");
    }
    await next();
  };
}

/** A Host header without its port; empty if it is none. IPv6 addresses keep their brackets. */
export function nameOf(host: string): string {
  return /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::\d{1,5})?$/.exec(host.toLowerCase())?.[1] ?? "";
}
