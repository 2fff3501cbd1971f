import { and, eq, gt, lte } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import { type Ctx, requireScope, type Scope } from "../../context.ts";
import { signInLinks, signIns } from "../../db/schema/index.ts";
import { AppError } from "../../errors.ts";
import { authenticateKey, forgetCookie } from "./authenticate.ts";
import { keyBehind } from "./key-behind.ts";
import { hashSecret, newSecret } from "./secrets.ts";

/** A link is for whoever starts the server and clicks; it is worth a session, so it is short-lived. */
const LINK_MS = 15 * 60_000;
export const SIGN_IN_MS = 30 * 24 * 3_600_000;

/** Makes a one-time token for the dashboard's sign-in page. It gives what the caller has. */
export async function createSignInLink(ctx: Ctx): Promise<{ token: string; expires_at: string }> {
  requireScope(ctx, "admin");
  const token = newSecret("rll");
  const now = Date.now();
  const db = drizzle(ctx.env.DB);
  await db.batch([
    db.delete(signInLinks).where(lte(signInLinks.expires_at, now)),
    db.insert(signInLinks).values({
      hash: hashSecret(token),
      project_id: ctx.projectId,
      scopes: [...ctx.scopes],
      expires_at: now + LINK_MS,
      key_id: keyBehind(ctx.actor),
    }),
  ]);
  return { token, expires_at: new Date(now + LINK_MS).toISOString() };
}

/** Exchanges a one-time token or an API key for a cookie's token. @throws AppError `unauthorized` */
export async function signIn(env: Env, credential: { token: string } | { key: string }): Promise<string> {
  const identity = "token" in credential ? await redeem(env, credential.token) : await holderOf(env, credential.key);
  if (!identity) {
    throw new AppError(
      "unauthorized",
      "token" in credential
        ? "This sign-in link was used before or is too old. Restart the server for a new one, or sign in with the API key."
        : "No project has this API key. Check that it was copied whole.",
    );
  }
  const token = newSecret("rls");
  const now = Date.now();
  const db = drizzle(env.DB);
  await db.batch([
    db.delete(signIns).where(lte(signIns.expires_at, now)),
    db.insert(signIns).values({
      hash: hashSecret(token),
      id: crypto.randomUUID(),
      project_id: identity.projectId,
      scopes: [...identity.scopes],
      created_at: now,
      expires_at: now + SIGN_IN_MS,
      key_id: identity.keyId,
    }),
  ]);
  return token;
}

/** Ends a sign-in. Unknown tokens are no error: the result is the same. */
export async function signOut(env: Env, token: string): Promise<void> {
  forgetCookie(token);
  await drizzle(env.DB)
    .delete(signIns)
    .where(eq(signIns.hash, hashSecret(token)));
}

/** What a sign-in is made of. */
interface Credentials {
  projectId: string;
  scopes: Iterable<Scope>;
  keyId: string | null;
}

async function holderOf(env: Env, key: string): Promise<Credentials | null> {
  const identity = await authenticateKey(env, key);
  return identity && { ...identity, keyId: keyBehind(identity.actor) };
}

/** Uses a link up: the delete decides who was first. */
async function redeem(env: Env, token: string): Promise<Credentials | null> {
  const [row] = await drizzle(env.DB)
    .delete(signInLinks)
    .where(and(eq(signInLinks.hash, hashSecret(token)), gt(signInLinks.expires_at, Date.now())))
    .returning();
  return row ? { projectId: row.project_id, scopes: row.scopes, keyId: row.key_id } : null;
}
