import { SCOPES, type Scope } from "../../context.ts";
import type { Identity } from "../access/authenticate.ts";
import { isEnded } from "./ended.ts";
import { toScopes } from "./scopes.ts";
import { authorizationServer, resourceOf } from "./server.ts";
import { oauthEnv } from "./storage.ts";

/** What the library keeps with a grant, sealed by its tokens. */
export interface GrantProps {
  projectId: string;
  /** What whoever consented may do. */
  scopes: Scope[];
  /** The key that they had signed in with: the grant ends with it. Grants of earlier versions have none. */
  keyId?: string | null;
}

/** Whether a bearer token has the form of those that are given out here: who, grant, secret. */
export const isAccessToken = (token: string): boolean => /^[^:\s]+:[^:\s]+:[^:\s]+$/.test(token);

/**
 * Who holds this access token; null if nobody, not any more, or if it is for another origin.
 * @param origin that was asked
 */
export async function authenticateToken(env: Env, origin: string, token: string): Promise<Identity | null> {
  const found = await authorizationServer(origin)?.validateToken<GrantProps>(resourceOf(origin), token, oauthEnv(env));
  if (!found) return null;
  const { projectId, scopes, keyId = null } = found.props;
  const [, id = ""] = token.split(":");
  if (await isEnded(env, projectId, { id, keyId })) return null;
  const held: readonly Scope[] = scopes.includes("admin") ? SCOPES : scopes;
  return {
    projectId,
    actor: { type: "oauth", clientId: found.clientId },
    scopes: new Set([...toScopes(found.scope)].filter((scope) => held.includes(scope))),
  };
}
