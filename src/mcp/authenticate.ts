import type { Context, MiddlewareHandler } from "hono";
import { authenticateKey, type Identity } from "../domain/access/authenticate.ts";
import { authenticateToken, isAccessToken } from "../domain/oauth/authenticate.ts";
import { AppError } from "../errors.ts";
import { presentedKey, setCtx } from "../http/middleware/authenticate.ts";
import type { HonoEnv } from "../http/types.ts";

/**
 * Finds out who asks at /mcp, by an API key in any of its forms or by an access token, and builds the Ctx. The dashboard's
 * cookie counts for nothing here: a browser would send it along whoever asks.
 * @throws AppError `unauthorized`
 */
export function authenticateAgent(): MiddlewareHandler<HonoEnv> {
  return async (c, next) => {
    setCtx(c, await identify(c));
    await next();
  };
}

async function identify(c: Context<HonoEnv>): Promise<Identity> {
  const authorization = c.req.header("authorization");
  const key = presentedKey(authorization, c.req.header("x-api-key"));
  if (key === null)
    throw new AppError("unauthorized", "Connect by OAuth, or send an API key: Authorization: Bearer <key>.");
  const token = /^bearer\s+(\S+)\s*$/i.exec(authorization ?? "")?.[1];
  const { origin } = new URL(c.req.url);
  const identity =
    (token && isAccessToken(token) && (await authenticateToken(c.env, origin, token))) ||
    (await authenticateKey(c.env, key));
  if (identity) return identity;
  throw new AppError("unauthorized", "This key or token is not known, not for this address, revoked, or too old.");
}
