import { type Ctx, requireScope } from "../../context.ts";
import { AppError } from "../../errors.ts";
import type { ArtifactRow } from "./artifact-from-row.ts";
import { loadArtifact } from "./load.ts";
import { disposition, downloadType, matches, previewOf, rangeOf, wholeCharacters } from "./media.ts";

/** Bytes of a text that its preview shows. */
const PREVIEW_BYTES = 64 * 1024;

/**
 * The policy that every answer with an artifact's bytes has: whoever made the file is not trusted, and it comes from the
 * dashboard's own origin. Without scripts, forms, frames and an origin it can do nothing there.
 */
export const SANDBOX = "sandbox; default-src 'none'; frame-ancestors 'none'";

/**
 * The bytes of an artifact as a download. Takes Range, If-Range and If-None-Match of the request.
 * @throws AppError `artifact_not_found`
 */
export async function downloadArtifact(ctx: Ctx, id: string, request: Request): Promise<Response> {
  requireScope(ctx, "read");
  const row = await loadArtifact(ctx, id);
  const headers = headersOf(row, `"${row.sha256}"`, "attachment", downloadType(row.content_type));
  return sendBytes(ctx, row, request, headers);
}

/**
 * An artifact to look at: images and PDF whole, of text the first 64 KiB as text/plain.
 * @throws AppError `artifact_not_found`, `unsupported_media_type` for what a browser could run or cannot show
 */
export async function previewArtifact(ctx: Ctx, id: string, request: Request): Promise<Response> {
  requireScope(ctx, "read");
  const row = await loadArtifact(ctx, id);
  const preview = previewOf(row.content_type);
  switch (preview) {
    case "inline":
      return sendBytes(ctx, row, request, headersOf(row, `"${row.sha256}"`, "inline", row.content_type));
    case "text":
      return sendText(ctx, row, request);
    case null:
      throw new AppError(
        "unsupported_media_type",
        `There is no preview of ${row.content_type.slice(0, 100)}: only of text, PNG, JPEG, GIF, WebP and PDF. Leave out preview to download it.`,
      );
  }
}

function headersOf(row: ArtifactRow, etag: string, kind: "attachment" | "inline", type: string): Headers {
  return new Headers({
    "Content-Type": type,
    "Content-Disposition": disposition(kind, row.name),
    "Content-Security-Policy": SANDBOX,
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
    ETag: etag,
    // Kept by the one who asked and asked for again each time, as a key or a sign-in can end. Not compressed on the way:
    // ranges count the bytes as they are.
    "Cache-Control": "private, no-cache, no-transform",
  });
}

async function sendBytes(ctx: Ctx, row: ArtifactRow, request: Request, headers: Headers): Promise<Response> {
  const etag = headers.get("etag") as string;
  headers.set("Accept-Ranges", "bytes");
  if (matches(request.headers.get("if-none-match"), etag)) return new Response(null, { status: 304, headers });
  const condition = request.headers.get("if-range");
  const asked = condition === null || condition.trim() === etag ? request.headers.get("range") : null;
  const range = rangeOf(asked, row.size);
  if (range === "unsatisfiable") {
    headers.set("Content-Range", `bytes */${row.size}`);
    return new Response(null, { status: 416, headers });
  }
  if (range) headers.set("Content-Range", `bytes ${range.from}-${range.from + range.length - 1}/${row.size}`);
  headers.set("Content-Length", String(range?.length ?? row.size));
  const status = range ? 206 : 200;
  if (request.method === "HEAD") return new Response(null, { status, headers });
  return new Response(await open(ctx, row, range?.from ?? 0, range?.length ?? row.size), { status, headers });
}

async function sendText(ctx: Ctx, row: ArtifactRow, request: Request): Promise<Response> {
  const headers = headersOf(row, `"${row.sha256}-preview"`, "inline", "text/plain; charset=utf-8");
  if (matches(request.headers.get("if-none-match"), headers.get("etag") as string)) {
    return new Response(null, { status: 304, headers });
  }
  const length = Math.min(PREVIEW_BYTES, row.size);
  const bytes = new Uint8Array(await new Response(await open(ctx, row, 0, length)).arrayBuffer());
  return new Response(length < row.size ? wholeCharacters(bytes) : bytes, { headers });
}

async function open(ctx: Ctx, row: ArtifactRow, offset: number, length: number): Promise<ReadableStream> {
  const object = await ctx.env.BUCKET.get(row.blob, { range: { offset, length } });
  if (!object) throw new Error(`The bytes of artifact ${row.id} are missing in R2`);
  return object.body;
}
