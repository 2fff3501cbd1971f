import { gunzipSync } from "node:zlib";
import { AppError } from "../errors.ts";

/** Largest body, as sent and after decompression. The OpenTelemetry Collector's own default; a Worker has 128 MB in all. */
export const MAX_BODY_BYTES = 20 * 1024 * 1024;

/**
 * The body of a request, decompressed. Reads and inflates no further than the limit.
 * @throws AppError `body_too_large`, `unsupported_media_type` (coding), `undecodable_body` (bad gzip)
 */
export async function readBody(request: Request, limit = MAX_BODY_BYTES): Promise<Uint8Array> {
  const coding = (request.headers.get("content-encoding") ?? "identity").trim().toLowerCase();
  if (coding !== "identity" && coding !== "gzip" && coding !== "") {
    throw new AppError(
      "unsupported_media_type",
      `Content-Encoding "${coding.slice(0, 40)}" is not taken. Send gzip or none.`,
    );
  }
  const bytes = await readUpTo(request, limit);
  return coding === "gzip" && bytes.byteLength > 0 ? inflate(bytes, limit) : bytes;
}

async function readUpTo(request: Request, limit: number): Promise<Uint8Array> {
  if (!request.body) return new Uint8Array(0);
  const declared = request.headers.get("content-length");
  if (declared !== null && Number(declared) > limit) throw tooLarge(limit);
  // A declared length is enforced by the runtime, so the body can be taken in one go.
  if (declared !== null) return new Uint8Array(await request.arrayBuffer());
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body as ReadableStream<Uint8Array>) {
    size += chunk.byteLength;
    // Leaving the loop cancels the stream: the rest is not read.
    if (size > limit) throw tooLarge(limit);
    chunks.push(chunk);
  }
  if (chunks.length === 1) return chunks[0] as Uint8Array;
  const whole = new Uint8Array(size);
  let offset = 0;
  for (const chunk of chunks) {
    whole.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return whole;
}

function inflate(bytes: Uint8Array, limit: number): Uint8Array {
  try {
    return gunzipSync(bytes, { maxOutputLength: limit });
  } catch (error) {
    if ((error as { code?: string }).code === "ERR_BUFFER_TOO_LARGE" || error instanceof RangeError)
      throw tooLarge(limit);
    throw new AppError("undecodable_body", "The body is not valid gzip, though Content-Encoding says so.");
  }
}

function tooLarge(limit: number): AppError {
  return new AppError(
    "body_too_large",
    `The body is larger than ${limit / 1024 / 1024} MiB, as sent or decompressed. Send smaller batches.`,
  );
}
