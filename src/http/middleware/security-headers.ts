import type { MiddlewareHandler } from "hono";
import type { HonoEnv } from "../types.ts";

/** What every answer of the API says to a browser: do not guess types, do not frame, keep the address to yourself. */
export function securityHeaders(): MiddlewareHandler<HonoEnv> {
  return async (c, next) => {
    await next();
    if (c.res.status === 101) return;
    const { headers } = c.res;
    headers.set("X-Content-Type-Options", "nosniff");
    if (!headers.has("Referrer-Policy")) headers.set("Referrer-Policy", "no-referrer");
    // Files that strangers made come with a stricter one.
    if (!headers.has("Content-Security-Policy")) {
      headers.set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'");
    }
    if (!headers.has("Cache-Control")) headers.set("Cache-Control", "no-store");
  };
}
