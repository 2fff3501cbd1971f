import { z } from "@hono/zod-openapi";

/** A file that a run made, as every door answers it. */
export const artifactSchema = z
  .object({
    id: z.string(),
    run_id: z.string(),
    name: z.string(),
    sha256: z.string().openapi({ description: "Of the bytes, hex" }),
    size: z.number().int().openapi({ description: "Bytes" }),
    content_type: z.string(),
    entity_type: z.string().nullable(),
    tags: z.record(z.string(), z.string()),
    created_at: z.string().openapi({ format: "date-time" }),
    url: z.string().openapi({ description: "Where the bytes are" }),
  })
  .openapi("Artifact");
export type Artifact = z.infer<typeof artifactSchema>;
