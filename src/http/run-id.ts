import { z } from "@hono/zod-openapi";

/** An id that a sender chooses for a run: it becomes part of an object's name, where a slash would lead elsewhere. */
export const newRunId = z.string().regex(/^[\w.:-]{1,128}$/, "must be 1 to 128 letters, digits or . : _ -");
