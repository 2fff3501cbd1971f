import { createRoute, z } from "@hono/zod-openapi";
import { deleteCookie, getCookie, setCookie } from "hono/cookie";
import { SCOPES } from "../../context.ts";
import { createKey } from "../../domain/access/keys.ts";
import { listKeys } from "../../domain/access/list-keys.ts";
import { whoAmI } from "../../domain/access/me.ts";
import { revokeKey } from "../../domain/access/revoke-key.ts";
import { keySchema } from "../../domain/access/schema.ts";
import { createSignInLink, SIGN_IN_MS, signIn, signOut } from "../../domain/access/sign-in.ts";
import { disconnect } from "../../domain/oauth/disconnect.ts";
import { listConnections } from "../../domain/oauth/list-connections.ts";
import { connectionSchema } from "../../domain/oauth/schema.ts";
import { listOf } from "../../domain/runs/schema.ts";
import { COOKIE } from "../middleware/authenticate.ts";
import { answer, gone, router } from "../openapi.ts";

const secret = z.string().min(1).max(200);
const scopes = z.array(z.enum(SCOPES)).min(1);
const json = <T extends z.ZodType>(schema: T) => ({
  body: { required: true, content: { "application/json": { schema } } },
});

const signInRoute = createRoute({
  method: "post",
  path: "/api/auth/sign-in",
  summary: "Exchange a one-time token or an API key for the dashboard's cookie",
  request: json(z.union([z.object({ token: secret }), z.object({ key: secret })])),
  responses: { 204: { description: "Signed in" } },
});
const signOutRoute = createRoute({
  method: "post",
  path: "/api/auth/sign-out",
  summary: "End the dashboard's session",
  responses: { 204: { description: "Signed out" } },
});
const link = createRoute({
  method: "post",
  path: "/api/auth/links",
  summary: "Make a one-time sign-in token",
  responses: answer(z.object({ token: z.string(), expires_at: z.string() }), "The token"),
});
const me = createRoute({
  method: "get",
  path: "/api/me",
  summary: "Who the caller is",
  responses: answer(
    z.object({
      project: z.object({ id: z.string(), name: z.string(), stall_after_minutes: z.number().int() }),
      actor: z.object({ type: z.enum(["api_key", "dashboard", "oauth", "system"]) }),
      scopes,
    }),
    "The caller",
  ),
});
const keys = createRoute({
  method: "post",
  path: "/api/keys",
  summary: "Make an API key; it is shown this once",
  request: json(z.object({ name: z.string().min(1).max(100), scopes })),
  responses: {
    201: {
      description: "The key",
      content: {
        "application/json": { schema: z.object({ id: z.string(), name: z.string(), scopes, key: z.string() }) },
      },
    },
  },
});
const page = z.object({
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().min(1).max(1000).optional(),
});
const one = z.object({ id: z.string().min(1).max(200) });
const keyList = createRoute({
  method: "get",
  path: "/api/keys",
  summary: "The project's API keys that work, newest first, without the keys themselves; scope admin",
  request: { query: page },
  responses: answer(listOf(keySchema), "A page of keys"),
});
const keyEnd = createRoute({
  method: "delete",
  path: "/api/keys/{id}",
  summary: "Revokes an API key, the sign-ins made with it, and the apps that these let in; scope admin",
  request: { params: one },
  responses: gone("The key is refused from now on; within half a minute everywhere"),
});
const connectionList = createRoute({
  method: "get",
  path: "/api/connections",
  summary: "The apps that were let into the project by OAuth, in no order of time; scope admin",
  request: { query: page },
  responses: answer(listOf(connectionSchema), "A page of connections; it may have fewer than limit before the last"),
});
const connectionEnd = createRoute({
  method: "delete",
  path: "/api/connections/{id}",
  summary: "Disconnects an app: its tokens are refused and cannot be renewed; scope admin",
  request: { params: one },
  responses: gone("The app is refused from now on; within half a minute everywhere"),
});

/** Signing in and out: open to those who have no identity yet. */
export function signInRoutes() {
  return router()
    .openapi(signInRoute, async (c) => {
      const token = await signIn(c.env, c.req.valid("json"));
      setCookie(c, COOKIE, token, {
        httpOnly: true,
        sameSite: "Lax",
        secure: new URL(c.req.url).protocol === "https:",
        path: "/",
        maxAge: SIGN_IN_MS / 1000,
      });
      return c.body(null, 204);
    })
    .openapi(signOutRoute, async (c) => {
      const token = getCookie(c, COOKIE);
      if (token) await signOut(c.env, token);
      deleteCookie(c, COOKIE, { path: "/" });
      return c.body(null, 204);
    });
}

export function accessRoutes() {
  return router()
    .openapi(link, async (c) => c.json(await createSignInLink(c.get("ctx")), 200))
    .openapi(me, async (c) => c.json(await whoAmI(c.get("ctx")), 200))
    .openapi(keys, async (c) => c.json(await createKey(c.get("ctx"), c.req.valid("json")), 201))
    .openapi(keyList, async (c) => c.json(await listKeys(c.get("ctx"), c.req.valid("query")), 200))
    .openapi(keyEnd, async (c) => {
      await revokeKey(c.get("ctx"), c.req.valid("param").id);
      return c.body(null, 204);
    })
    .openapi(connectionList, async (c) => c.json(await listConnections(c.get("ctx"), c.req.valid("query")), 200))
    .openapi(connectionEnd, async (c) => {
      await disconnect(c.get("ctx"), c.req.valid("param").id);
      return c.body(null, 204);
    });
}
