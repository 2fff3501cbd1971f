import { z } from "@hono/zod-openapi";
import { SCOPES } from "../../scopes.ts";

/** An API key, without anything by which it could be used. */
export const keySchema = z
  .object({
    id: z.string(),
    name: z.string(),
    scopes: z.array(z.enum(SCOPES)),
    created_at: z.string().openapi({ format: "date-time" }),
    created_by: z
      .string()
      .nullable()
      .openapi({ description: "The id of the key with which it was made, or with which its maker had signed in" }),
    managed_by: z.enum(["api", "environment"]).openapi({
      description:
        "environment: it is the deployment's RUNLIGHT_API_KEY, which is replaced there before it can be revoked",
    }),
    current: z.boolean().openapi({ description: "Whether the request was made with it, or by a sign-in with it" }),
  })
  .openapi("ApiKey");
export type ApiKey = z.infer<typeof keySchema>;
