import type { Scope } from "../../scopes.ts";

/** What a person can let a client do. `admin` is not among them: keys and settings are for people and their own programs. */
export const OAUTH_SCOPES = ["read", "write"] as const;
export type OAuthScope = (typeof OAUTH_SCOPES)[number];

/** To write is to say something about runs, and to record runs of one's own. */
const MEANS: Record<OAuthScope, readonly Scope[]> = { read: ["read"], write: ["write", "ingest"] };

/** What a token with these scopes may do. Names that are none of ours mean nothing. */
export function toScopes(granted: readonly string[]): Set<Scope> {
  return new Set(OAUTH_SCOPES.filter((name) => granted.includes(name)).flatMap((name) => MEANS[name]));
}

/** The scopes that somebody who has these may pass on. */
export function grantable(scopes: ReadonlySet<Scope>): OAuthScope[] {
  return OAUTH_SCOPES.filter((name) => scopes.has("admin") || MEANS[name].every((scope) => scopes.has(scope)));
}

/** The scope of a token that one of these needs; null if no token can have it. */
export function oauthScopeFor(anyOf: readonly Scope[]): OAuthScope | null {
  return OAUTH_SCOPES.find((name) => MEANS[name].some((scope) => anyOf.includes(scope))) ?? null;
}
