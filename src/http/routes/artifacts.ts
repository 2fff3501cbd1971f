import { createRoute, z } from "@hono/zod-openapi";
import type { MiddlewareHandler } from "hono";
import { listArtifacts } from "../../domain/artifacts/list.ts";
import { putArtifact } from "../../domain/artifacts/put.ts";
import { downloadArtifact, previewArtifact, SANDBOX } from "../../domain/artifacts/read.ts";
import { artifactSchema } from "../../domain/artifacts/schema.ts";
import { listOf } from "../../domain/runs/schema.ts";
import { AppError } from "../../errors.ts";
import { answer, created, router } from "../openapi.ts";
import { newRunId } from "../run-id.ts";
import type { HonoEnv } from "../types.ts";

const text = z.string().min(1).max(1000);
const page = { limit: z.coerce.number().int().min(1).max(200).default(50), cursor: text.optional() };
const entityType = z.string().regex(/^[\w.-]{1,100}$/, "must be 1 to 100 letters, digits or . _ -");
const binary = { "*/*": { schema: { type: "string", format: "binary" } as const } };

const MAX_TAGS = 20;
/** A key has no colon, so that `tag=key:value` can be read, and no quote, so that it fits a JSON path. */
const tagKey = /^[\w.-]{1,64}$/;
const tagsSchema = z
  .record(z.string().regex(tagKey, "must be 1 to 64 letters, digits or . _ -"), z.string().max(200))
  .refine((tags) => Object.keys(tags).length <= MAX_TAGS, `must be at most ${MAX_TAGS}`);

/** A JSON object in a header. */
const tagsHeader = z.string().transform((header, context) => {
  let value: unknown;
  try {
    value = JSON.parse(header);
  } catch {
    context.addIssue({ code: "custom", message: "must be a JSON object of strings" });
    return z.NEVER;
  }
  const tags = tagsSchema.safeParse(value);
  if (tags.success) return tags.data;
  for (const { path, message } of tags.error.issues) context.addIssue({ code: "custom", message, path: [...path] });
  return z.NEVER;
});

const tagQuery = z.string().transform((tag, context) => {
  const [, key, value] = /^([^:]*):(.*)$/s.exec(tag) ?? [];
  if (key !== undefined && value !== undefined && tagKey.test(key)) return { key, value };
  context.addIssue({ code: "custom", message: "must be key:value" });
  return z.NEVER;
});

const put = createRoute({
  method: "put",
  path: "/api/runs/{id}/artifacts/{name}",
  summary: "Keep a file of a run: the body's bytes, up to 100 MiB",
  request: {
    params: z.object({
      id: newRunId,
      name: z
        .string()
        .min(1)
        .max(500)
        .refine((name) => !name.includes("\0") && name.isWellFormed(), "must be text without NUL"),
    }),
    headers: z.object({
      "content-type": z
        .string()
        .max(255)
        // Printable, as it is sent again as a header.
        .regex(/^[\w.+-]+\/[\w.+-]+(\s*;[\x20-\x7e]*)?$/, "must be a media type, such as text/plain")
        .default("application/octet-stream"),
      "x-entity-type": entityType.optional(),
      "x-tags": tagsHeader.optional().openapi({
        type: "string",
        description: 'JSON object of up to 20 strings, such as {"lang":"en"}',
      }),
    }),
    body: { required: true, content: binary },
  },
  responses: {
    ...created(artifactSchema, "The artifact"),
    ...answer(artifactSchema, "The artifact, which was there: the same bytes under the same name"),
  },
});
const list = createRoute({
  method: "get",
  path: "/api/artifacts",
  summary: "Artifacts, each name of a run in its newest version, newest first",
  request: {
    query: z.object({
      entity_type: entityType.optional(),
      run_id: z.string().min(1).max(128).optional(),
      tag: z
        .union([tagQuery.transform((tag) => [tag]), z.array(tagQuery).max(MAX_TAGS)])
        .optional()
        .openapi({ type: "string", description: "key:value; several must all be there" }),
      ...page,
    }),
  },
  responses: answer(listOf(artifactSchema), "A page of artifacts"),
});
const listOfRun = createRoute({
  method: "get",
  path: "/api/runs/{id}/artifacts",
  summary: "The artifacts of a run, newest first",
  request: { params: z.object({ id: z.string().min(1).max(128) }), query: z.object(page) },
  responses: answer(listOf(artifactSchema), "A page of artifacts"),
});
const get = createRoute({
  method: "get",
  path: "/api/artifacts/{id}",
  summary: "The bytes of an artifact, as a download; takes Range and If-None-Match",
  middleware: [sandboxed()],
  request: {
    params: z.object({ id: z.string().min(1).max(128) }),
    query: z.object({
      preview: z.enum(["1", "true"]).optional().openapi({
        description:
          "Inline and in a sandbox: text (its first 200 kB), HTML, PDF, PNG, JPEG, GIF, WebP and SVG; 415 for all other types",
      }),
    }),
  },
  responses: {
    200: { description: "The bytes", content: binary },
    206: { description: "The bytes that Range asks for", content: binary },
    304: { description: "The bytes are those of If-None-Match" },
    416: { description: "The range lies behind the end" },
    default: answer(artifactSchema, "").default,
  },
});

/** Errors of an address where files of strangers are have the strictest policy of those, and need no other. */
function sandboxed(): MiddlewareHandler<HonoEnv> {
  return async (c, next) => {
    await next();
    if (!c.res.headers.has("Content-Security-Policy")) c.res.headers.set("Content-Security-Policy", SANDBOX);
  };
}

export function artifactRoutes() {
  return router()
    .openapi(put, async (c) => {
      const { id, name } = c.req.valid("param");
      const headers = c.req.valid("header");
      const { artifact, created: isNew } = await putArtifact(c.get("ctx"), {
        run_id: id,
        name,
        content_type: headers["content-type"],
        entity_type: headers["x-entity-type"] ?? null,
        tags: headers["x-tags"] ?? {},
        body: plainBody(c.req.raw),
        length: declaredLength(c.req.header("content-length")),
      });
      return isNew ? c.json(artifact, 201) : c.json(artifact, 200);
    })
    .openapi(list, async (c) => {
      const { tag, ...filter } = c.req.valid("query");
      return c.json(await listArtifacts(c.get("ctx"), { ...filter, tags: tag }), 200);
    })
    .openapi(listOfRun, async (c) => {
      const filter = { ...c.req.valid("query"), run_id: c.req.valid("param").id };
      return c.json(await listArtifacts(c.get("ctx"), filter), 200);
    })
    .openapi(get, (c) => {
      const read = c.req.valid("query").preview === undefined ? downloadArtifact : previewArtifact;
      return read(c.get("ctx"), c.req.valid("param").id, c.req.raw);
    });
}

/** @throws AppError `unsupported_media_type` for a body that is encoded: what is kept is what is downloaded */
function plainBody(request: Request): ReadableStream<Uint8Array> | null {
  const coding = request.headers.get("content-encoding")?.trim().toLowerCase() ?? "";
  if (coding === "" || coding === "identity") return request.body;
  throw new AppError("unsupported_media_type", "Send an artifact's bytes as they are, without Content-Encoding.");
}

function declaredLength(header: string | undefined): number | undefined {
  if (header === undefined) return undefined;
  if (/^\d{1,15}$/.test(header)) return Number(header);
  throw new AppError("invalid_request", "Content-Length must be a number of bytes.");
}
