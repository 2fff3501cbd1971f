import type { Context, MiddlewareHandler } from "hono";
import { getCookie } from "hono/cookie";
import { authenticateCookie, authenticateKey, type Identity } from "../../domain/access/authenticate.ts";
import { AppError } from "../../errors.ts";
import type { HonoEnv } from "../types.ts";

/** The cookie of a signed-in browser. */
export const COOKIE = "runlight_session";

const SAFE_METHODS = new Set(["GET", "HEAD", "OPTIONS"]);

/** Finds out who asks and builds the Ctx. Nothing behind it answers without a key or a signed-in cookie. */
export function authenticate(): MiddlewareHandler<HonoEnv> {
  return async (c, next) => {
    setCtx(c, await identify(c));
    await next();
  };
}

/** Builds the Ctx of a request, once it is known who asks. */
export function setCtx(c: Context<HonoEnv>, identity: Identity): void {
  c.set("ctx", {
    ...identity,
    requestId: c.get("requestId"),
    env: c.env,
    waitUntil: (promise) => c.executionCtx.waitUntil(promise),
  });
}

async function identify(c: Context<HonoEnv>): Promise<Identity> {
  const key = presentedKey(c.req.header("authorization"), c.req.header("x-api-key"));
  if (key !== null) {
    const identity = await authenticateKey(c.env, key);
    if (identity) return identity;
    throw new AppError("unauthorized", "This API key is not known. Check that it was copied whole and not revoked.");
  }
  const token = getCookie(c, COOKIE);
  const identity = token ? await authenticateCookie(c.env, token) : null;
  if (!identity) {
    throw new AppError("unauthorized", "Send an API key (Authorization: Bearer <key>), or sign in to the dashboard.");
  }
  refuseForeignOrigin(c);
  return identity;
}

/** A browser sends cookies along whoever made the request; only our own pages may write or open sockets with them. */
function refuseForeignOrigin(c: Context<HonoEnv>): void {
  const upgrade = c.req.header("upgrade")?.toLowerCase() === "websocket";
  if (SAFE_METHODS.has(c.req.method) && !upgrade) return;
  const origin = c.req.header("origin");
  if (origin === undefined ? !upgrade && c.req.header("sec-fetch-site") !== "cross-site" : sameHost(origin, c)) return;
  throw new AppError(
    "forbidden",
    "This request came from another site. Use an API key instead of the dashboard's cookie.",
  );
}

function sameHost(origin: string, c: Context<HonoEnv>): boolean {
  try {
    return new URL(origin).host === (c.req.header("host") ?? new URL(c.req.url).host);
  } catch {
    return false;
  }
}

/**
 * The key in any of the forms that clients send: `Bearer key`, `Basic base64(anything:key)`, `x-api-key: key`, or the bare
 * key as the whole Authorization header. null if there is none.
 */
export function presentedKey(authorization: string | undefined, apiKey: string | undefined): string | null {
  const [scheme = "", ...rest] = (authorization ?? "").trim().split(/\s+/);
  const value = rest.join(" ");
  if (/^bearer$/i.test(scheme) && value !== "") return value;
  if (/^basic$/i.test(scheme) && value !== "") {
    try {
      const text = atob(value);
      const colon = text.indexOf(":");
      const password = text.slice(colon + 1);
      // Some clients put the key into the user name and leave the password empty.
      return (colon < 0 ? text : password || text.slice(0, colon)) || null;
    } catch {
      return value;
    }
  }
  if (scheme !== "" && value === "" && !/^(bearer|basic)$/i.test(scheme)) return scheme;
  return apiKey?.trim() || null;
}
