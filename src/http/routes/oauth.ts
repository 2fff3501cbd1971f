import { createHmac, timingSafeEqual } from "node:crypto";
import { AuthorizationError, type AuthRequest, authorizationErrorRedirect } from "@cloudflare/workers-oauth-provider";
import { type Context, Hono } from "hono";
import { getCookie } from "hono/cookie";
import { authenticateCookie, type Identity } from "../../domain/access/authenticate.ts";
import { whoAmI } from "../../domain/access/me.ts";
import { plainName } from "../../domain/oauth/client-name.ts";
import { withClient } from "../../domain/oauth/clients.ts";
import { isDocumentAddress } from "../../domain/oauth/document-address.ts";
import { grantAccess } from "../../domain/oauth/grant.ts";
import { grantable, OAUTH_SCOPES } from "../../domain/oauth/scopes.ts";
import { authorizationServer, isCallback, PATHS, RESOURCE_METADATA, resourceOf } from "../../domain/oauth/server.ts";
import { oauthEnv } from "../../domain/oauth/storage.ts";
import { AppError, ERROR_CODES } from "../../errors.ts";
import { consentPage, problemPage } from "../consent-page.ts";
import { COOKIE } from "../middleware/authenticate.ts";
import { knownHost } from "../middleware/known-host.ts";
import { hostOf, isOurOrigin } from "../middleware/known-origin.ts";
import { replyError, toAppError } from "../reply-error.ts";
import type { HonoEnv } from "../types.ts";

const SERVER_METADATA = "/.well-known/oauth-authorization-server";

/** OAuth 2.1 for /mcp: discovery, registration, tokens, and the page where a person lets a client in. */
export function oauthRoutes() {
  const app = new Hono<HonoEnv>();
  app.onError((error, c) => replyError(c as Context<HonoEnv>, error));
  app.use("/.well-known/*", knownHost());
  app.use("/oauth/*", knownHost());
  for (const path of [RESOURCE_METADATA, `${RESOURCE_METADATA}/mcp`]) app.get(path, resourceMetadata);
  app.get(SERVER_METADATA, serverMetadata);
  app.get(PATHS.authorize, (c) => onPage(c, askForConsent));
  app.post(PATHS.authorize, (c) => onPage(c, takeConsent));
  // The library answers these, all methods of them: their errors and preflights are OAuth's.
  for (const path of [PATHS.token, PATHS.register, SERVER_METADATA]) app.all(path, protocol);
  return app;
}

function resourceMetadata(c: Context<HonoEnv>): Response {
  const { origin } = serverOf(c);
  c.header("Access-Control-Allow-Origin", "*");
  return c.json({
    resource: resourceOf(origin),
    authorization_servers: [origin],
    scopes_supported: OAUTH_SCOPES,
    bearer_methods_supported: ["header"],
    resource_name: "Runlight",
  });
}

/** What the library says of itself, and that clients may be described by documents: that part is ours. */
async function serverMetadata(c: Context<HonoEnv>): Promise<Response> {
  const answer = await protocol(c);
  if (!answer.ok) return answer;
  const metadata = { ...((await answer.json()) as object), client_id_metadata_document_supported: true };
  return new Response(JSON.stringify(metadata), { headers: answer.headers });
}

function protocol(c: Context<HonoEnv>): Promise<Response> {
  return serverOf(c).server.fetch(c.req.raw, oauthEnv(c.env), c.executionCtx as ExecutionContext);
}

/** @throws AppError `not_found` over plain HTTP */
function serverOf(c: Context<HonoEnv>) {
  const { origin } = new URL(c.req.url);
  const server = authorizationServer(origin);
  if (!server) throw new AppError("not_found", "OAuth needs HTTPS. Use an API key, or ask for the https address.");
  return { origin, server };
}

/** What a person is asked, once all of it was checked. */
interface Asked {
  /** For the library: it knows the client. */
  env: Env;
  request: AuthRequest;
  identity: Identity;
  proof: string;
}

/** Runs a page's handler; what goes wrong is told to the client where that is safe, else to the person. */
async function onPage(
  c: Context<HonoEnv>,
  handler: (c: Context<HonoEnv>, asked: Asked) => Promise<Response>,
): Promise<Response> {
  try {
    const session = getCookie(c, COOKIE);
    const identity = session ? await authenticateCookie(c.env, session) : null;
    const { pathname, search } = new URL(c.req.url);
    if (!session || !identity) return c.redirect(`/sign-in?next=${encodeURIComponent(pathname + search)}`, 303);
    return await handler(c, { ...(await readRequest(c)), identity, proof: proofOf(session, search) });
  } catch (error) {
    if (error instanceof AuthorizationError) {
      if (error.redirectTo) return c.redirect(error.redirectTo, 303);
      return showProblem(c, 400, `${error.description}. Connect the app again, or remove it there and add it anew.`);
    }
    const { code, message } = toAppError(error, c.get("requestId"));
    return showProblem(c, ERROR_CODES[code], message);
  }
}

/** @throws AuthorizationError, AppError */
async function readRequest(c: Context<HonoEnv>): Promise<Pick<Asked, "env" | "request">> {
  const { server } = serverOf(c);
  if (!isCallback(c.req.query("redirect_uri") ?? "")) {
    throw new AuthorizationError("invalid_request", {
      description: "redirect_uri must be https, or http on this machine",
    });
  }
  const env = await withClient(c.env, c.req.query("client_id") ?? "");
  const request = await server.getOAuthApi(env).parseAuthRequest(c.req.raw);
  if (!request.codeChallenge) {
    // The library asks it of public clients; OAuth 2.1 of all.
    const { redirectUri, state, issuer } = request;
    throw new AuthorizationError("invalid_request", {
      description: "code_challenge is required",
      redirectUri,
      state,
      issuer,
    });
  }
  return { env, request };
}

async function askForConsent(c: Context<HonoEnv>, { env, request, identity, proof }: Asked): Promise<Response> {
  const { server } = serverOf(c);
  const { clientName, redirectHost, redirectIsLoopback } = await server.getOAuthApi(env).describeConsent(request);
  const offered = grantable(identity.scopes);
  if (offered.length === 0)
    return showProblem(c, 403, "You may not read this project yourself, so nobody can for you.");
  const named = offered.filter((name) => request.scope.includes(name));
  // Who names none of ours wants whatever there is.
  const ticked = named.length > 0 ? named : offered;
  const ctx = { ...identity, requestId: c.get("requestId"), env: c.env, waitUntil: () => {} };
  const consent = {
    name: plainName(clientName),
    publisher: isDocumentAddress(request.clientId) ? new URL(request.clientId).hostname : null,
    redirectHost,
    redirectIsLocal: redirectIsLoopback || !request.redirectUri.startsWith("http"),
    project: (await whoAmI(ctx)).project.name,
    scopes: offered.map((name) => ({ name, ticked: ticked.includes(name) })),
    proof,
  };
  return showPage(c, 200, (nonce) => consentPage(consent, nonce), sourceOf(request.redirectUri));
}

async function takeConsent(c: Context<HonoEnv>, { env, request, identity, proof }: Asked): Promise<Response> {
  const origin = c.req.header("origin");
  const form = await c.req.formData();
  const sent = String(form.get("proof") ?? "");
  if ((origin !== undefined && !isOurOrigin(origin, hostOf(c))) || !same(sent, proof)) {
    return showProblem(c, 403, "This answer does not come from our page, or you have signed in anew. Connect again.");
  }
  if (form.get("decision") !== "allow") return c.redirect(authorizationErrorRedirect(request, "access_denied"), 303);
  const wanted = form.getAll("scope").map(String);
  const redirectTo = await grantAccess(env, { request, identity, wanted });
  return c.redirect(redirectTo ?? authorizationErrorRedirect(request, "access_denied", "Nothing was ticked"), 303);
}

/** Only who has the cookie can make it, and it is good for this very request; so nothing has to be stored. */
function proofOf(session: string, search: string): string {
  return createHmac("sha256", session).update(`consent\n${search}`).digest("base64url");
}

function same(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));
}

function showProblem(c: Context<HonoEnv>, status: number, message: string): Promise<Response> {
  return showPage(c, status, (nonce) => problemPage(message, nonce));
}

/** An address as a policy names it: by its origin, or by its scheme where it has none (an app's own), or one of IPv6. */
function sourceOf(address: string): string {
  const { origin, hostname, protocol } = new URL(address);
  return origin === "null" || hostname.startsWith("[") ? protocol : origin;
}

/** @param goesTo where the page's form may lead in the end, besides us: browsers check redirects, too */
async function showPage(
  c: Context<HonoEnv>,
  status: number,
  page: (nonce: string) => ReturnType<typeof consentPage>,
  goesTo = "",
): Promise<Response> {
  const nonce = crypto.randomUUID();
  const policy = [
    "default-src 'none'",
    `style-src 'nonce-${nonce}'`,
    "img-src 'self'",
    `form-action 'self' ${goesTo}`.trim(),
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ];
  return c.html(await page(nonce), status as 200, {
    "Content-Security-Policy": policy.join("; "),
    "X-Frame-Options": "DENY",
    "Cache-Control": "no-store",
    // Not `no-referrer`, by which a browser sends the form with the origin "null".
    "Referrer-Policy": "same-origin",
  });
}
