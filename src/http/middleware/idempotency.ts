import { createHash } from "node:crypto";
import type { MiddlewareHandler } from "hono";
import { idempotencyKeys } from "../../../durable-objects/stubs.ts";
import { AppError } from "../../errors.ts";
import type { HonoEnv } from "../types.ts";

const MAX_KEY = 255;

/** Longest answer that is kept; those of creating requests are small. */
const MAX_ANSWER = 256 * 1024;

/** The header that says that an answer was given before. */
const REPLAYED = "Idempotency-Replayed";

/**
 * Takes Idempotency-Key on POST: the same key with the same body has one effect and gets the same answer for 24 hours. The
 * request that comes first goes ahead; failures on our side (5xx, 429) free its key, so that it can be tried again.
 * @throws AppError `invalid_request` for a key that is none, `idempotency_mismatch`, `idempotency_in_progress`
 */
export function idempotent(): MiddlewareHandler<HonoEnv> {
  return async (c, next) => {
    const sent = c.req.header("idempotency-key");
    if (c.req.method !== "POST" || sent === undefined) return next();
    if (sent === "" || sent.length > MAX_KEY) {
      throw new AppError("invalid_request", `Idempotency-Key must have 1 to ${MAX_KEY} characters.`);
    }
    const ctx = c.get("ctx");
    const { pathname } = new URL(c.req.url);
    const body = createHash("sha256")
      .update(`${pathname}\n`)
      .update(new Uint8Array(await c.req.arrayBuffer()));
    const keys = idempotencyKeys(ctx.env, ctx.projectId);
    const use = await keys.begin(sent, body.digest("base64url"));
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
      case "done": {
        const { status, type, body: answer } = use.answer;
        return new Response(answer, { status, headers: { "Content-Type": type, [REPLAYED]: "true" } });
      }
    }
    let answered = false;
    try {
      await next();
      const { status, headers } = c.res;
      const text = status < 500 && status !== 429 ? await c.res.clone().text() : "";
      if (text !== "" && text.length <= MAX_ANSWER) {
        await keys.finish(sent, { status, type: headers.get("content-type") ?? "application/json", body: text });
        answered = true;
      }
    } finally {
      if (!answered) await keys.abandon(sent);
    }
  };
}
