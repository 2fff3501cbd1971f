import { z } from "@hono/zod-openapi";

/** An id as an argument: a run's, a span's, an artifact's. Those that clients make have 128 characters at the most. */
export const idArg = z.string().min(1).max(128);
