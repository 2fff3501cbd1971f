import { OpenAPIHono, z } from "@hono/zod-openapi";
import { AppError, ERROR_CODES, type ErrorCode } from "../errors.ts";
import type { HonoEnv } from "./types.ts";

const errorSchema = z
  .object({
    error: z.object({
      code: z.enum(Object.keys(ERROR_CODES) as [ErrorCode, ...ErrorCode[]]),
      message: z.string(),
      request_id: z.string(),
      details: z.unknown().optional(),
    }),
  })
  .openapi("Error");

/** A router whose input is checked by its schemas: what does not fit is a 400 that names each field. */
export function router() {
  return new OpenAPIHono<HonoEnv>({
    defaultHook: (result) => {
      if (result.success) return;
      const details = result.error.issues.map((issue) => ({ field: issue.path.join("."), problem: issue.message }));
      const summary = details.map(({ field, problem }) => `${field || "body"}: ${problem}`).join("; ");
      throw new AppError("invalid_request", `The request does not fit the API: ${summary}.`.slice(0, 1000), {
        details,
      });
    },
  });
}

/** The documented answers of a route: its 200 and the error that all share. */
export function answer<T extends z.ZodType>(schema: T, description: string) {
  return { 200: success(schema, description), default: failure };
}

/** The documented answers of a route that makes something: its 201 and the error that all share. */
export function created<T extends z.ZodType>(schema: T, description: string) {
  return { 201: success(schema, description), default: failure };
}

/** The documented answers of a route that begins something: its 202 and the error that all share. */
export function accepted<T extends z.ZodType>(schema: T, description: string) {
  return { 202: success(schema, description), default: failure };
}

/** The documented answers of a route that takes something away: its 204 and the error that all share. */
export function gone(description: string) {
  return { 204: { description }, default: failure };
}

const failure = { description: "An error", content: { "application/json": { schema: errorSchema } } };

function success<T extends z.ZodType>(schema: T, description: string) {
  return { description, content: { "application/json": { schema } } };
}
