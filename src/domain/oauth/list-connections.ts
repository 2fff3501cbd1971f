import type { ClientInfo } from "@cloudflare/workers-oauth-provider";
import { type Ctx, requireScope } from "../../context.ts";
import { plainName } from "./client-name.ts";
import { endedAmong } from "./ended.ts";
import { keyOfGrant, pageOfGrants } from "./grants.ts";
import type { Connection } from "./schema.ts";
import { OAUTH_SCOPES } from "./scopes.ts";
import { clientKey, oauthEnv } from "./storage.ts";

/**
 * The apps that were let into the project, in no order of time: KV lists by id. A page may have fewer than it could.
 * @throws AppError `forbidden`, `invalid_request` for a cursor that is none
 */
export async function listConnections(
  ctx: Ctx,
  page: { limit: number; cursor?: string | undefined },
): Promise<{ data: Connection[]; next_cursor: string | null }> {
  requireScope(ctx, "admin");
  const { items, cursor } = await pageOfGrants(ctx.env, ctx.projectId, page);
  const ended = await endedAmong(
    ctx.env,
    ctx.projectId,
    items.map((grant) => ({ id: grant.id, keyId: keyOfGrant(grant) })),
  );
  const grants = items.filter(({ id }) => !ended.has(id));
  const clients = await clientsOf(ctx.env, new Set(grants.map(({ clientId }) => clientId)));
  return {
    data: grants.map((grant) => {
      const client = clients.get(grant.clientId);
      return {
        id: grant.id,
        client_id: grant.clientId,
        client_name: client ? plainName(client.clientName ?? "") : null,
        client_uri: pageOf(client),
        scopes: OAUTH_SCOPES.filter((name) => grant.scope.includes(name)),
        created_at: timeOf(grant.createdAt),
        expires_at: grant.expiresAt === undefined ? null : timeOf(grant.expiresAt),
        key_id: keyOfGrant(grant),
      };
    }),
    next_cursor: cursor ?? null,
  };
}

/** What KV has of these clients. Read past the library, which may look for a description elsewhere. */
async function clientsOf(env: Env, ids: Set<string>): Promise<Map<string, ClientInfo | null>> {
  const kv = oauthEnv(env).OAUTH_KV;
  const found = [...ids].map(async (id) => [id, await kv.get<ClientInfo>(clientKey(id), { type: "json" })] as const);
  return new Map(await Promise.all(found));
}

/** Where the client says it is at home; only what is a page. */
function pageOf(client: ClientInfo | null | undefined): string | null {
  const uri = client?.clientUri ?? "";
  return /^https?:\/\//i.test(uri) && URL.canParse(uri) ? uri : null;
}

const timeOf = (seconds: number): string => new Date(seconds * 1000).toISOString();
