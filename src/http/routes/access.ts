import { createRoute, z } from "@hono/zod-openapi";
import { deleteCookie, getCookie, setCookie } from "hono/cookie";
import { SCOPES } from "../../context.ts";
import { createKey } from "../../domain/access/keys.ts";
import { whoAmI } from "../../domain/access/me.ts";
import { createSignInLink, SIGN_IN_MS, signIn, signOut } from "../../domain/access/sign-in.ts";
import { COOKIE } from "../middleware/authenticate.ts";
import { answer, router } from "../openapi.ts";

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
    .openapi(keys, async (c) => c.json(await createKey(c.get("ctx"), c.req.valid("json")), 201));
}
