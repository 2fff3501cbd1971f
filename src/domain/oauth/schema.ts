import { z } from "@hono/zod-openapi";
import { OAUTH_SCOPES } from "./scopes.ts";

/** An app that somebody let in on the consent page. */
export const connectionSchema = z
  .object({
    id: z.string(),
    client_id: z.string().openapi({ description: "An https address if the client is described by a document there" }),
    client_name: z
      .string()
      .nullable()
      .openapi({ description: "What the client calls itself: anybody can claim any name. null once it is forgotten" }),
    client_uri: z.string().nullable().openapi({ description: "The page that the client names as its own" }),
    scopes: z.array(z.enum(OAUTH_SCOPES)),
    created_at: z.string().openapi({ format: "date-time" }),
    expires_at: z
      .string()
      .nullable()
      .openapi({ format: "date-time", description: "null until the client has fetched its first token" }),
    key_id: z.string().nullable().openapi({
      description: "The key that whoever let it in had signed in with: it ends with that. null if not noted",
    }),
  })
  .openapi("Connection");
export type Connection = z.infer<typeof connectionSchema>;
