import { createHash } from "node:crypto";
import type { Context, MiddlewareHandler } from "hono";
import { getCookie } from "hono/cookie";
import type { StoredAnswer } from "../../../durable-objects/idempotency/protocol.ts";
import { idempotencyKeys } from "../../../durable-objects/stubs.ts";
import { AppError } from "../../errors.ts";
import type { HonoEnv } from "../types.ts";
import { COOKIE, presentedKey } from "./authenticate.ts";
import { type Sealing, sealingFor } from "./sealing.ts";

const MAX_KEY = 255;

/** Longest answer that is kept; those of creating requests are small. */
const MAX_ANSWER = 256 * 1024;

/** Tries to keep an answer. What it tells of has happened: without it the same request would have its effect again. */
const KEEP_TRIES = 3;

/** The header that says that an answer was given before. */
const REPLAYED = "Idempotency-Replayed";

/**
 * Takes Idempotency-Key on POST: the same key with the same body has one effect and gets the same answer for 24 hours. The
 * request that comes first goes ahead; failures on our side (5xx, 429) free its key, so that it can be tried again, and so
 * do answers that are no JSON, such as streams.
 *
 * A key is the project's, and its answer is for the credential that asked: a request with another one is another request,
 * so that nobody is answered by what somebody else was allowed to see.
 * @throws AppError `invalid_request` for a key that is none, `idempotency_mismatch`, `idempotency_in_progress`
 */
export function idempotent(): MiddlewareHandler<HonoEnv> {
  return async (c, next) => {
    const sent = c.req.header("idempotency-key");
    if (c.req.method !== "POST" || sent === undefined) return next();
    if (sent === "" || sent.length > MAX_KEY) {
      throw new AppError("invalid_request", `Idempotency-Key must have 1 to ${MAX_KEY} characters.`);
    }
    const credential = credentialOf(c);
    const { pathname, search } = new URL(c.req.url);
    const request = createHash("sha256")
      .update(`${credential}\n${pathname}${search}\n`)
      .update(new Uint8Array(await c.req.arrayBuffer()))
      .digest("base64url");
    const sealing = await sealingFor(credential, sent);
    const { env, projectId } = c.get("ctx");
    const use = await idempotencyKeys(env, projectId).begin(sent, request);
    switch (use.type) {
      case "mismatch":
        throw new AppError(
          "idempotency_mismatch",
          "This Idempotency-Key was used for another request. Use a new key for each request that differs.",
        );
      case "running":
        throw new AppError("idempotency_in_progress", "The first request with this Idempotency-Key is not done yet.", {
          retryAfter: 1,
        });
      case "done":
        return replay(use.answer, sealing);
    }
    let text: string | null = null;
    try {
      await next();
      text = await keepable(c.res);
    } finally {
      if (text === null) await idempotencyKeys(env, projectId).abandon(sent);
    }
    if (text === null) return;
    const answer = { status: c.res.status, body: await sealing.seal(text) };
    await keep((stored) => idempotencyKeys(env, projectId).finish(sent, stored), answer);
  };
}

/** What `authenticate` let the caller in by. */
function credentialOf(c: Context<HonoEnv>): string {
  return presentedKey(c.req.header("authorization"), c.req.header("x-api-key")) ?? getCookie(c, COOKIE) ?? "";
}

async function replay({ status, body }: StoredAnswer, sealing: Sealing): Promise<Response> {
  const headers = { "Content-Type": "application/json", [REPLAYED]: "true" };
  return new Response(await sealing.open(body), { status, headers });
}

/** The text of an answer that is to be given again; null if the same request may be tried again. */
async function keepable(answer: Response): Promise<string | null> {
  if (answer.status >= 500 || answer.status === 429) return null;
  if (!answer.headers.get("content-type")?.startsWith("application/json")) return null;
  const text = await answer.clone().text();
  return text.length > MAX_ANSWER ? null : text;
}

/** Keeps an answer. If it cannot, the caller is answered all the same: only repeating it is not safe. */
async function keep(finish: (answer: StoredAnswer) => Promise<void>, answer: StoredAnswer): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await finish(answer);
    } catch (error) {
      if (attempt < KEEP_TRIES) continue;
      console.error(JSON.stringify({ at: "idempotency", error: String(error).slice(0, 500) }));
      return;
    }
  }
}
