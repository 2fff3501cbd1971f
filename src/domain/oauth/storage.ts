import type { ClientInfo } from "@cloudflare/workers-oauth-provider";

/** KV refuses to look for longer keys; nothing is ever stored under one. */
const MAX_KEY_BYTES = 512;

/**
 * The environment as the library gets it. Clients send ids and tokens that become keys of KV: one that is too long is
 * answered as one that is not there, not as a failure of ours.
 * @param shown a client that was just written: KV may go on saying for a while that there is nothing
 */
export function oauthEnv(env: Env, shown?: ClientInfo): Env {
  const kv = new Proxy(env.OAUTH_KV, {
    get(target, name) {
      if (name === "get") {
        return async (key: string, options: { type: "json" }) => {
          if (shown && key === clientKey(shown.clientId)) return shown;
          return new TextEncoder().encode(key).byteLength > MAX_KEY_BYTES ? null : target.get(key, options);
        };
      }
      const value = Reflect.get(target, name);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
  return { ...env, OAUTH_KV: kv };
}

/** Where the library looks for a client. */
export const clientKey = (clientId: string): string => `client:${clientId}`;

/** Where the library keeps a grant. Neither part has a colon. */
export const grantKey = (owner: string, grantId: string): string => `grant:${owner}:${grantId}`;
