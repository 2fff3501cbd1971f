import { OAUTH_SCOPES } from "../domain/oauth/scopes.ts";
import { authorizationServer, resourceMetadataUrl } from "../domain/oauth/server.ts";

/**
 * What a refusal tells a client to do next, as RFC 6750 and RFC 9728 write it: where to read who gives out tokens, and which
 * scopes to ask for.
 * @param origin that was asked; over plain HTTP there is no OAuth, and nothing to read
 * @param error none if the client has shown nothing yet
 */
export function challenge(
  origin: string,
  error: { code: "invalid_token" | "insufficient_scope"; description: string } | null,
): string {
  const parts: Record<string, string> = {
    ...(error ? { error: error.code, error_description: error.description } : {}),
    ...(authorizationServer(origin) ? { resource_metadata: resourceMetadataUrl(origin) } : {}),
    scope: OAUTH_SCOPES.join(" "),
  };
  const list = Object.entries(parts).map(([name, value]) => `${name}="${value.replace(/["\\]/g, "'")}"`);
  return `Bearer ${list.join(", ")}`;
}
