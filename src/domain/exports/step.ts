import { createHash } from "node:crypto";
import type { Stored } from "../../blobs/artifacts.ts";
import { artifactKey } from "../../blobs/keys.ts";
import { artifactFromRow } from "../artifacts/artifact-from-row.ts";
import { type FileFacts, recordArtifact } from "../artifacts/record.ts";
import type { JobInput, StepResult } from "../jobs/step.ts";
import { readLog } from "../runs/read-log.ts";
import { FORMATS, type Format } from "./format.ts";
import type { ExportFormat, ExportResult } from "./schema.ts";
import { BEGINNING, type Position, writePart } from "./write-part.ts";

/** Bytes that one step writes: done in about a second. R2 wants 5 MiB or more, all parts but the last alike. */
const PART_BYTES = 8 * 1024 * 1024;

/** Most bytes of an export. A log's own limit is far below; but each line repeats a resource that the log has once. */
const MAX_PARTS = 128;

interface Params {
  run_id: string;
  format: ExportFormat;
  /** The file ends with this event, also if the run goes on growing. */
  last_seq: number;
}

interface State {
  /** R2 key of the file: chosen before a byte is written, so that a step done twice writes over its own. */
  blob: string;
  position: Position;
  /** Where the parts go, if there is more than one. R2 forgets an upload that is never completed. */
  upload: { id: string; parts: R2UploadedPart[] } | null;
  /** All bytes are written; the sha256 is known once they are read again. */
  written: boolean;
  stored: Stored | null;
}

/**
 * One step of a job of kind `export`: chooses a key, writes the next part of the file, puts the parts together, or makes the
 * file an artifact. Each may be done twice. The artifact has no event in the log: an export must not change what it exports.
 */
export async function exportStep(env: Env, projectId: string, job: JobInput): Promise<StepResult> {
  const params = job.params as Params;
  const total = params.last_seq;
  const state = job.state as State | null;
  if (!state) {
    const blob = artifactKey(projectId, crypto.randomUUID());
    return { state: { blob, position: BEGINNING, upload: null, written: false, stored: null }, done: 0, total };
  }
  const done = state.position.seq;
  if (!state.written) {
    const next = await writeNext(env, projectId, params, state);
    return { state: next, done: next.position.seq, total };
  }
  if (!state.stored) return { state: { ...state, stored: await putTogether(env.BUCKET, state) }, done, total };
  return { state, done, total, result: await record({ env, projectId }, params, state, state.stored) };
}

async function writeNext(env: Env, projectId: string, params: Params, state: State): Promise<State> {
  const { position, upload } = state;
  const log = readLog(env, projectId, params.run_id, position.seq);
  const { bytes, next, ended } = await writePart(FORMATS[params.format], log, position, params.last_seq, PART_BYTES);
  if (ended && !upload) {
    await env.BUCKET.put(state.blob, bytes);
    const stored = { sha256: createHash("sha256").update(bytes).digest("hex"), size: bytes.byteLength };
    return { ...state, position: next, written: true, stored };
  }
  const parts = upload?.parts ?? [];
  if (parts.length >= MAX_PARTS) {
    throw new Error(
      `The file would be larger than ${(MAX_PARTS * PART_BYTES) / 2 ** 20} MiB. Read the events by pages.`,
    );
  }
  const id = upload?.id ?? (await env.BUCKET.createMultipartUpload(state.blob)).uploadId;
  // What ends exactly with a part leaves nothing for the next.
  const part =
    bytes.byteLength > 0
      ? [await env.BUCKET.resumeMultipartUpload(state.blob, id).uploadPart(parts.length + 1, bytes)]
      : [];
  return { ...state, position: next, written: ended, upload: { id, parts: [...parts, ...part] } };
}

/** Ends the upload and reads the file once, as a hash cannot be carried from step to step. */
async function putTogether(bucket: R2Bucket, { blob, upload }: State): Promise<Stored> {
  // It is there if this step was done before and its report was lost.
  if (upload && !(await bucket.head(blob))) await bucket.resumeMultipartUpload(blob, upload.id).complete(upload.parts);
  const object = await bucket.get(blob);
  if (!object) throw new Error(`The bytes of the export are missing in R2 under ${blob}`);
  const hash = createHash("sha256");
  let size = 0;
  for await (const chunk of object.body as ReadableStream<Uint8Array>) {
    hash.update(chunk);
    size += chunk.byteLength;
  }
  return { sha256: hash.digest("hex"), size };
}

async function record(
  ctx: Parameters<typeof recordArtifact>[0],
  params: Params,
  { blob, position }: State,
  stored: Stored,
): Promise<ExportResult> {
  const { format, last_seq } = params;
  const row = await recordArtifact(ctx, fileOf(params, FORMATS[format]), stored, blob, { announced: true });
  const { id, url, name, size, sha256 } = artifactFromRow(row);
  const { spans, left_out } = position;
  const counts = { events: last_seq, spans, ...(left_out > 0 ? { left_out } : {}) };
  return { artifact_id: id, url, name, size, sha256, format, ...counts };
}

function fileOf({ run_id, format }: Params, { ending, content_type }: Format): FileFacts {
  const name = `export/${run_id}${ending}`;
  return { run_id, name, content_type, entity_type: "export", tags: { format } };
}
