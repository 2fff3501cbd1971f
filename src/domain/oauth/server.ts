import {
  type ClientRegistrationCallbackOptions,
  type ClientRegistrationCallbackResult,
  OAuthAuthorizationServer,
} from "@cloudflare/workers-oauth-provider";
import { OAUTH_SCOPES } from "./scopes.ts";

/** Where the endpoints are, below the origin. */
export const PATHS = { authorize: "/oauth/authorize", token: "/oauth/token", register: "/oauth/register" } as const;

/** What a token is for. */
export const resourceOf = (origin: string): string => `${origin}/mcp`;

/** Where a client reads who gives out tokens for /mcp (RFC 9728). */
export const resourceMetadataUrl = (origin: string): string => `${origin}${RESOURCE_METADATA}/mcp`;
export const RESOURCE_METADATA = "/.well-known/oauth-protected-resource";

/**
 * Callbacks of programs that claim a scheme of their own, which MCP does not foresee: any program can claim any scheme.
 * Cursor has no other way in some of its versions; PKCE keeps its code from whoever takes the callback.
 */
const APP_CALLBACKS: readonly string[] = ["cursor://anysphere.cursor-mcp/oauth/callback"];

/** Whether a code could be sent there at all; the library asks whether the client has registered it. */
export function isCallback(address: string): boolean {
  return /^https?:/i.test(address) || APP_CALLBACKS.includes(address);
}

/** A token in the wrong hands works no longer than this; clients renew it by themselves. */
const ACCESS_SECONDS = 3_600;
/** After this a person is asked again, however often the client renewed. */
export const GRANT_SECONDS = 90 * 86_400;

/** Deployments answer under a handful of names. */
const MAX_SERVERS = 20;
const servers = new Map<string, OAuthAuthorizationServer<Env>>();

/**
 * The authorization server of an origin: its issuer is the origin that the browser sees, and its tokens are for that
 * origin's /mcp only. null over plain HTTP, save on this machine: there OAuth protects nothing.
 */
export function authorizationServer(origin: string): OAuthAuthorizationServer<Env> | null {
  if (!origin.startsWith("https://") && !/^http:\/\/(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?$/.test(origin))
    return null;
  const known = servers.get(origin);
  if (known) return known;
  const server = new OAuthAuthorizationServer<Env>({
    issuer: origin,
    resources: [resourceOf(origin)],
    authorizeEndpoint: `${origin}${PATHS.authorize}`,
    tokenEndpoint: `${origin}${PATHS.token}`,
    clientRegistrationEndpoint: `${origin}${PATHS.register}`,
    clientRegistrationCallback: refuseLarge,
    scopesSupported: [...OAUTH_SCOPES],
    accessTokenTTL: ACCESS_SECONDS,
    refreshTokenTTL: GRANT_SECONDS,
    // Only those of `APP_CALLBACKS`.
    allowPrivateUseRedirectUris: true,
    // What clients did wrong is told to them; it is not ours to log.
    onError: () => {},
  });
  if (servers.size >= MAX_SERVERS) servers.clear();
  servers.set(origin, server);
  return server;
}

/** Anybody may register, and what they send is stored: it stays small. */
function refuseLarge({
  clientMetadata,
}: ClientRegistrationCallbackOptions): ClientRegistrationCallbackResult | undefined {
  const { redirect_uris: uris, client_name: name } = clientMetadata;
  if (JSON.stringify(clientMetadata).length > 8_192) return { description: "The registration is larger than 8 KB." };
  if (Array.isArray(uris) && uris.length > 20) return { description: "There are more than 20 redirect_uris." };
  if (typeof name === "string" && name.length > 200) return { description: "client_name is longer than 200." };
  return undefined;
}
