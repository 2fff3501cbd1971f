import type { ClientInfo } from "@cloudflare/workers-oauth-provider";
import { AppError } from "../../errors.ts";
import { fetchClientDocument } from "./client-document.ts";
import { isDocumentAddress, problemOfAddress } from "./document-address.ts";
import { clientKey, oauthEnv } from "./storage.ts";

/** How long a description is believed. What it says (name, redirect addresses) seldom changes. */
const FRESH_MS = 3_600_000;
/** How long a described client is known at all: longer than the grants that it has. */
const KNOWN_SECONDS = 91 * 86_400;

interface Metadata {
  freshUntil: number;
}

/**
 * Sees to it that a client that is described by a document is known, under its address, where the library looks for clients.
 * Fetching happens here and nowhere else, for somebody who is signed in: the endpoints that anybody may ask fetch nothing.
 * @returns the environment for the library, which sees what was just written, too
 * @throws AppError `invalid_request` if the description cannot be had
 */
export async function withClient(env: Env, clientId: string): Promise<Env> {
  if (!isDocumentAddress(clientId)) return oauthEnv(env);
  const problem = problemOfAddress(clientId);
  if (problem) throw new AppError("invalid_request", `The app's client id ${problem}. Ask whoever makes the app.`);
  const key = clientKey(clientId);
  const { value, metadata } = await env.OAUTH_KV.getWithMetadata<ClientInfo, Metadata>(key, "json");
  if (value && metadata && metadata.freshUntil > Date.now()) return oauthEnv(env);
  const client = await describedClient(clientId);
  await env.OAUTH_KV.put(key, JSON.stringify(client), {
    expirationTtl: KNOWN_SECONDS,
    metadata: { freshUntil: Date.now() + FRESH_MS } satisfies Metadata,
  });
  return oauthEnv(env, client);
}

async function describedClient(clientId: string): Promise<ClientInfo> {
  const document = await fetchClientDocument(clientId);
  return {
    clientId,
    clientName: document.client_name,
    clientUri: document.client_uri,
    redirectUris: document.redirect_uris,
    grantTypes: ["authorization_code", "refresh_token"],
    responseTypes: ["code"],
    tokenEndpointAuthMethod: "none",
    registrationDate: Math.floor(Date.now() / 1000),
  };
}
