import type { Context, MiddlewareHandler } from "hono";
import { AppError } from "../../errors.ts";
import type { HonoEnv } from "../types.ts";

/**
 * Lets only those pages in that are ours or in ALLOWED_ORIGINS. Who sends no Origin is no page. `null`, which sandboxed
 * frames and files send, says nothing about who asks and is refused.
 * @throws AppError `forbidden`
 */
export function knownOrigin(): MiddlewareHandler<HonoEnv> {
  return async (c, next) => {
    const origin = c.req.header("origin");
    if (origin === undefined) return next();
    const ours = isOurOrigin(origin, hostOf(c));
    if (!ours && !listOf(c.env.ALLOWED_ORIGINS).includes(origin)) {
      throw new AppError("forbidden", "Pages of this origin may not talk to this server (ALLOWED_ORIGINS).");
    }
    if (!ours && c.req.method === "OPTIONS") c.res = new Response(null, { status: 204 });
    else await next();
    if (!ours) allow(c, origin);
  };
}

/** What a browser wants to hear before it shows our answers to a page of another origin. */
function allow(c: Context<HonoEnv>, origin: string): void {
  const { headers } = c.res;
  headers.set("Access-Control-Allow-Origin", origin);
  headers.set("Access-Control-Allow-Methods", "POST");
  headers.set(
    "Access-Control-Allow-Headers",
    "authorization, content-type, accept, x-api-key, mcp-protocol-version, mcp-session-id, mcp-method, mcp-name, last-event-id",
  );
  headers.set("Access-Control-Expose-Headers", "www-authenticate, retry-after, x-request-id");
  headers.append("Vary", "Origin");
}

/**
 * Whether an Origin header names the host that is asked. The scheme may differ: behind a proxy we see http for https.
 * @param host as in the Host header
 */
export function isOurOrigin(origin: string, host: string): boolean {
  if (!/^https?:\/\//.test(origin) || !URL.canParse(origin)) return false;
  const url = new URL(origin);
  // An origin has no path, no user and no default port: what has is no browser's.
  return url.origin === origin && url.host === host.toLowerCase();
}

/** The host that is asked, with its port. */
export function hostOf(c: Context<HonoEnv>): string {
  return c.req.header("host") ?? new URL(c.req.url).host;
}

/** The entries of a variable that lists by commas. */
export function listOf(variable: string): string[] {
  return variable
    .split(",")
    .map((entry) => entry.trim())
    .filter((entry) => entry !== "");
}
