import type { Ctx } from "../context.ts";

/** What Hono carries along a request: the bindings, and what the middlewares add. */
export interface HonoEnv {
  Bindings: Env;
  Variables: { ctx: Ctx; requestId: string };
}
