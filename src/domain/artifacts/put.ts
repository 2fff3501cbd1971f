import { storeStream, UploadError } from "../../blobs/artifacts.ts";
import { artifactKey } from "../../blobs/keys.ts";
import { type Ctx, requireScope } from "../../context.ts";
import { dbFor } from "../../db/db.ts";
import { AppError } from "../../errors.ts";
import { appendEvents } from "../runs/append-events.ts";
import { type ArtifactRow, artifactFromRow } from "./artifact-from-row.ts";
import { type FileFacts, recordArtifact } from "./record.ts";
import type { Artifact } from "./schema.ts";
import { tellOfArtifact } from "./tell.ts";
import { withdrawArtifact } from "./withdraw.ts";

/** Most bytes of an artifact: what Cloudflare lets through to a Worker in one request on its smaller plans. */
export const MAX_ARTIFACT_BYTES = 100 * 1024 * 1024;

export interface NewArtifact extends FileFacts {
  body: ReadableStream<Uint8Array> | null;
  /** Bytes, as the sender says; undefined if it does not. */
  length: number | undefined;
}

/**
 * Keeps a file of a run and writes ARTIFACT_CREATED into the run's log; a run that does not exist begins with it.
 *
 * The bytes go straight to an R2 key of this upload's own, and the row keeps the key and the sha256. A key made of the hash
 * would need the bytes a second time, as R2 cannot rename, and the hash is known only at their end. First the bytes, then
 * the row, then the event: what is acknowledged has all three, and the same upload again mends what is missing. A crash
 * between bytes and row leaves an object that no row points to; it costs storage and is never served.
 *
 * The same bytes under the same name are the same artifact as before, with its first type and tags, also if other bytes came
 * in between: a late retry must not turn an old version into the newest.
 * @returns created: false if the project had it
 * @throws AppError `body_too_large`, `invalid_request` (empty, cut off, another length than declared), `run_full`,
 * `unavailable`
 */
export async function putArtifact(ctx: Ctx, sent: NewArtifact): Promise<{ artifact: Artifact; created: boolean }> {
  requireScope(ctx, "ingest");
  const kept = keep(ctx, sent);
  // Goes on if the sender leaves: to clean up half an upload, or to write the row of a whole one.
  ctx.waitUntil(kept.catch(() => undefined));
  return kept;
}

async function keep(ctx: Ctx, sent: NewArtifact): Promise<{ artifact: Artifact; created: boolean }> {
  const blob = artifactKey(ctx.projectId, crypto.randomUUID());
  const stored = await storeStream(ctx.env.BUCKET, blob, sent.body, sent.length, MAX_ARTIFACT_BYTES).catch(refuse);
  const row = await recordArtifact(ctx, sent, stored, blob, { announced: false });
  const created = row.blob === blob;
  if (row.announced === 0) {
    await announce(ctx, row).catch(async (error) => {
      // What may work later is left for the retry; a log that takes no more never will.
      if (created && error instanceof AppError && error.code === "run_full") await withdrawArtifact(ctx, row);
      throw error;
    });
    ctx.waitUntil(tellOfArtifact(ctx, artifactFromRow(row)));
  }
  return { artifact: artifactFromRow(row), created };
}

function refuse(error: unknown): never {
  if (!(error instanceof UploadError)) {
    throw new AppError("unavailable", "The bytes could not be stored just now. Send the same request again.", {
      retryAfter: 1,
      cause: error,
    });
  }
  const { problem } = error;
  switch (problem.type) {
    case "too_large":
      throw new AppError(
        "body_too_large",
        `An artifact has at most ${MAX_ARTIFACT_BYTES / 1024 / 1024} MiB. Nothing was stored; split it under several names.`,
      );
    case "empty":
      throw new AppError("invalid_request", "The body is empty. Send the artifact's bytes as the body.");
    case "aborted":
      throw new AppError("invalid_request", "The body was cut off. Nothing was stored; send it again.");
    case "length_mismatch":
      throw new AppError(
        "invalid_request",
        `Content-Length says ${problem.declared} bytes, but other ${problem.received} came. Nothing was stored; send the true length or none.`,
      );
  }
}

/** Writes the event. The log knows its key for a day; later on, `announced` says that it is there. */
async function announce(ctx: Ctx, row: ArtifactRow): Promise<void> {
  const { id, name, sha256, size, content_type, entity_type } = row;
  // With `upload` and the time the row can be had from the log alone: restore.ts.
  const upload = row.blob.slice(artifactKey(ctx.projectId, "").length);
  const data = { artifact_id: id, name, sha256, size, content_type, entity_type, tags: JSON.parse(row.tags), upload };
  const time = new Date(row.created_at).toISOString();
  await appendEvents(ctx, row.run_id, [{ id, type: "ARTIFACT_CREATED", time, data }], { key: `artifact ${id}` });
  await dbFor(ctx.env, ctx.projectId)
    .prepare("UPDATE artifacts SET announced = 1 WHERE project_id = ? AND id = ?")
    .bind(ctx.projectId, id)
    .run();
}
