import { type Ctx, requireScope } from "../../context.ts";
import { AppError } from "../../errors.ts";
import type { ArtifactRow } from "./artifact-from-row.ts";
import { loadArtifact } from "./load.ts";
import { disposition, downloadType, matches, previewOf, rangeOf, wholeCharacters } from "./media.ts";

/** Bytes of a text that its preview shows: more than anybody reads there, and laid out at once. */
const PREVIEW_BYTES = 200_000;

/**
 * The policy that every answer with an artifact's bytes has: whoever made the file is not trusted, and it comes from the
 * dashboard's own origin. Without scripts, forms, frames and an origin it can do nothing there.
 */
export const SANDBOX = "sandbox; default-src 'none'; frame-ancestors 'none'";

/** A drawing has its styles and pictures inside. As an image it runs nothing; opened by itself, the sandbox sees to that. */
const DRAWING =
  "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; frame-ancestors 'none'";

/** A browser's own reader of PDF is no page of ours, and Chromium's does without the sandbox; the dashboard may frame it. */
const DOCUMENT = "sandbox; default-src 'none'; frame-ancestors 'self'";

/** What a page may use: what it brings along, and no network. */
const PAGE =
  "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:; font-src data:; " +
  "media-src data: blob:; form-action 'none'; base-uri 'none'; frame-ancestors 'self'";

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
 * An artifact to look at: images, PDF and pages whole, of text the first 200 kB as text/plain.
 * @throws AppError `artifact_not_found`, `unsupported_media_type` for what a browser cannot show
 */
export async function previewArtifact(ctx: Ctx, id: string, request: Request): Promise<Response> {
  requireScope(ctx, "read");
  const row = await loadArtifact(ctx, id);
  const preview = previewOf(row.content_type);
  switch (preview) {
    case "image":
      return sendBytes(ctx, row, request, inline(row, row.content_type, SANDBOX));
    case "drawing":
      return sendBytes(ctx, row, request, inline(row, "image/svg+xml", DRAWING));
    case "document":
      return sendBytes(ctx, row, request, inline(row, "application/pdf", DOCUMENT));
    case "page":
      return sendPage(ctx, row, request);
    case "text":
      return sendText(ctx, row, request);
    case null:
      throw new AppError(
        "unsupported_media_type",
        `There is no preview of ${row.content_type.slice(0, 100)}: only of text, HTML, PDF, PNG, JPEG, GIF, WebP and SVG. Leave out preview to download it.`,
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

function inline(row: ArtifactRow, type: string, policy: string, etag = `"${row.sha256}"`): Headers {
  const headers = headersOf(row, etag, "inline", type);
  headers.set("Content-Security-Policy", policy);
  return headers;
}

/**
 * A page runs its scripts only inside of a frame of the dashboard, without an origin: opened by itself it would stand under our
 * address, where it could ask for a key, and lead away with it. Browsers do not say so over plain http; then nothing runs.
 */
function sendPage(ctx: Ctx, row: ArtifactRow, request: Request): Promise<Response> {
  const { headers } = request;
  const framed = headers.get("sec-fetch-dest") === "iframe" && headers.get("sec-fetch-site") === "same-origin";
  const type = /;\s*charset=/i.test(row.content_type) ? row.content_type : "text/html; charset=utf-8";
  const policy = `${framed ? "sandbox allow-scripts" : "sandbox"}; ${PAGE}`;
  // Each way has a tag of its own: a 304 must not bring bytes back under the policy of the other.
  const etag = `"${row.sha256}-${framed ? "framed" : "still"}"`;
  return sendBytes(ctx, row, request, inline(row, type, policy, etag));
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
