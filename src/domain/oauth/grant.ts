import type { AuthRequest } from "@cloudflare/workers-oauth-provider";
import type { Identity } from "../access/authenticate.ts";
import { keyBehind } from "../access/key-behind.ts";
import type { GrantProps } from "./authenticate.ts";
import { grantable } from "./scopes.ts";
import { authorizationServer } from "./server.ts";

/** What can be read of a grant without its tokens. Grants of earlier versions have nothing. */
export interface GrantMetadata {
  keyId: string | null;
}

/** The owner of a grant in the library's keys, where a colon separates. */
export const ownerOf = (projectId: string): string => encodeURIComponent(projectId);

/**
 * Lets a client in on behalf of somebody who is signed in.
 * @param wanted the scopes that were ticked; what the person does not have is left out
 * @returns where the browser goes on: the client's address with the code; null if no scope is left
 */
export async function grantAccess(
  env: Env,
  { request, identity, wanted }: { request: AuthRequest; identity: Identity; wanted: readonly string[] },
): Promise<string | null> {
  const scope = grantable(identity.scopes).filter((name) => wanted.includes(name));
  const server = authorizationServer(request.issuer ?? "");
  if (scope.length === 0 || !server) return null;
  const keyId = keyBehind(identity.actor);
  const props: GrantProps = { projectId: identity.projectId, scopes: [...identity.scopes], keyId };
  const { redirectTo } = await server.getOAuthApi(env).completeAuthorization({
    request,
    userId: ownerOf(identity.projectId),
    metadata: { keyId } satisfies GrantMetadata,
    scope,
    props,
    // A person may use the same app on two machines.
    revokeExistingGrants: false,
  });
  return redirectTo;
}
