import type { Ctx, Scope } from "../context.ts";
import { type OAuthScope, oauthScopeFor } from "../domain/oauth/scopes.ts";
import { TOOLS } from "./tools/index.ts";

/**
 * The scope that a client has to ask its person for before this message can be answered; null if it has what it needs, or
 * if no person could give it. Unknown tools are for the server to refuse.
 * @param message a JSON-RPC message, or several in one request
 */
export function missingScope(ctx: Pick<Ctx, "scopes">, message: unknown): OAuthScope | null {
  for (const each of Array.isArray(message) ? message : [message]) {
    const { method, params } = (each ?? {}) as { method?: unknown; params?: { name?: unknown } };
    const tool = method === "tools/call" ? TOOLS.find(({ name }) => name === params?.name) : undefined;
    if (!tool) continue;
    const anyOf: readonly Scope[] = typeof tool.scope === "string" ? [tool.scope] : tool.scope;
    if (!anyOf.some((scope) => ctx.scopes.has(scope))) return oauthScopeFor(anyOf);
  }
  return null;
}
