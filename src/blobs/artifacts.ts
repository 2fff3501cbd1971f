import { createHash } from "node:crypto";

/** Bytes of an uploaded part, if the whole length is not known before: R2 wants 5 MiB or more, all parts but the last alike. */
const PART_BYTES = 8 * 1024 * 1024;

/** Why an upload was not taken. The bytes are gone then. */
export type UploadProblem =
  | { type: "too_large" }
  | { type: "empty" }
  /** The sender went away. */
  | { type: "aborted" }
  /** The sender sent another number of bytes than it said. */
  | { type: "length_mismatch"; declared: number; received: number };

export class UploadError extends Error {
  override readonly name = "UploadError";
  readonly problem: UploadProblem;

  constructor(problem: UploadProblem) {
    super(problem.type);
    this.problem = problem;
  }
}

export interface Stored {
  /** Of the bytes, hex. */
  sha256: string;
  /** Bytes. */
  size: number;
}

/**
 * Streams a body into R2 under a key that nothing else has, hashing it on the way. Holds at most one part in memory.
 * When it returns, the bytes are durable; when it throws, nothing is left under the key.
 * @param declared bytes as the sender says; undefined = it does not, and the body goes up in parts
 * @param limit most bytes
 * @throws UploadError for what the sender did; anything else is a failure of R2
 */
export async function storeStream(
  bucket: R2Bucket,
  key: string,
  body: ReadableStream<Uint8Array> | null,
  declared: number | undefined,
  limit: number,
): Promise<Stored> {
  // Refused before a byte is read.
  if (declared !== undefined && declared > limit) throw new UploadError({ type: "too_large" });
  if (!body || declared === 0) throw new UploadError({ type: "empty" });
  const source = new Source(body, declared, limit);
  try {
    if (declared === undefined) await putParts(bucket, key, source);
    else await putKnown(bucket, key, source, declared);
    return { sha256: source.sha256(), size: source.size };
  } catch (error) {
    // Senders that went away have no bytes left to give; all others are told to stop.
    await source.cancel();
    // R2 may have had all the bytes that it was promised before the sender turned out to have more.
    await bucket.delete(key).catch(() => undefined);
    throw error;
  }
}

/** The sender's bytes, counted, hashed and held to what was said of them. */
class Source {
  size = 0;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #hash = createHash("sha256");
  readonly #declared: number | undefined;
  readonly #limit: number;

  constructor(body: ReadableStream<Uint8Array>, declared: number | undefined, limit: number) {
    this.#reader = body.getReader();
    this.#declared = declared;
    this.#limit = limit;
  }

  /** The next bytes; undefined at the end. @throws UploadError */
  async next(): Promise<Uint8Array | undefined> {
    const { done, value } = await this.#reader.read().catch(() => {
      throw new UploadError({ type: "aborted" });
    });
    const declared = this.#declared ?? this.size + (value?.byteLength ?? 0);
    if (done) {
      if (this.size === 0 && this.#declared === undefined) throw new UploadError({ type: "empty" });
      if (this.size < declared) throw this.#mismatch(declared);
      return undefined;
    }
    this.size += value.byteLength;
    if (this.size > declared) throw this.#mismatch(declared);
    if (this.size > this.#limit) throw new UploadError({ type: "too_large" });
    this.#hash.update(value);
    return value;
  }

  sha256(): string {
    return this.#hash.digest("hex");
  }

  async cancel(): Promise<void> {
    await this.#reader.cancel().catch(() => undefined);
  }

  #mismatch(declared: number): UploadError {
    return new UploadError({ type: "length_mismatch", declared, received: this.size });
  }
}

async function putKnown(bucket: R2Bucket, key: string, source: Source, length: number): Promise<void> {
  const { readable, writable } = new FixedLengthStream(length);
  const writer = writable.getWriter();
  let failed: { error: unknown } | undefined;
  const send = async () => {
    try {
      for (let bytes = await source.next(); bytes; bytes = await source.next()) await writer.write(bytes);
      await writer.close();
    } catch (error) {
      failed = { error };
      await writer.abort(error).catch(() => undefined);
    }
  };
  const sending = send();
  try {
    await bucket.put(key, readable);
  } catch (error) {
    // R2 also fails because its stream did: then what the sender did is the reason.
    throw failed?.error instanceof UploadError ? failed.error : error;
  }
  await sending;
  if (failed) throw failed.error;
}

async function putParts(bucket: R2Bucket, key: string, source: Source): Promise<void> {
  const parts = new Parts(source);
  const first = await parts.next();
  if (parts.ended) {
    await bucket.put(key, first);
    return;
  }
  const upload = await bucket.createMultipartUpload(key);
  try {
    const uploaded = [await upload.uploadPart(1, first)];
    while (!parts.ended) {
      const part = await parts.next();
      if (part.byteLength > 0) uploaded.push(await upload.uploadPart(uploaded.length + 1, part));
    }
    await upload.complete(uploaded);
  } catch (error) {
    await upload.abort().catch(() => undefined);
    throw error;
  }
}

/** Cuts what a source gives into parts of one length, all but the last. */
class Parts {
  ended = false;
  readonly #source: Source;
  #rest = new Uint8Array(0);

  constructor(source: Source) {
    this.#source = source;
  }

  async next(): Promise<Uint8Array> {
    const part = new Uint8Array(PART_BYTES);
    let filled = 0;
    const take = (bytes: Uint8Array) => {
      const room = Math.min(bytes.byteLength, PART_BYTES - filled);
      part.set(bytes.subarray(0, room), filled);
      filled += room;
      // A copy: the source's buffer may be larger than what is left of it.
      this.#rest = bytes.slice(room);
    };
    take(this.#rest);
    while (filled < PART_BYTES) {
      const bytes = await this.#source.next();
      if (!bytes) {
        this.ended = true;
        break;
      }
      take(bytes);
    }
    return part.subarray(0, filled);
  }
}
