import { type Ctx, requireScope } from "../../context.ts";
import { AppError } from "../../errors.ts";
import { listArtifacts } from "../artifacts/list.ts";
import { loadArtifact } from "../artifacts/load.ts";
import { previewOf, wholeCharacters } from "../artifacts/media.ts";

/** Files for a model, as callers name them. */
export interface FileArgs {
  artifact_ids?: string[] | undefined;
  file_paths?: string[] | undefined;
  include_file_contents?: boolean | undefined;
}

export interface TextArtifact {
  id: string;
  name: string;
  run_id: string;
  text: string;
  cut: boolean;
}

/** What a model is shown of files, and what the caller is told about them. */
export interface Files {
  examined: TextArtifact[];
  /** For the prompt; "" = nothing. */
  prompt: string;
  notes: string[];
}

/** Bytes of one file that a model is shown. */
const MAX_BYTES = 15 * 1024;

/**
 * The artifacts that a call names, as text. The server has no files of the caller's, so paths are answered with what to do.
 * @throws AppError `artifact_not_found`; `unsupported_media_type` for what is no text; `forbidden` without the scope `read`
 */
export async function readFiles(ctx: Ctx, args: FileArgs): Promise<Files> {
  const ids = [...new Set(args.artifact_ids ?? [])];
  if (ids.length > 0) requireScope(ctx, "read");
  const contents = args.include_file_contents ?? true;
  const examined = await Promise.all(ids.map((id) => readText(ctx, id, contents)));
  const notes = examined
    .filter(({ cut }) => cut)
    .map(({ name }) => `Of ${name} only the first ${MAX_BYTES / 1024} KB were read. Split it to have the rest read.`);
  const paths = args.file_paths ?? [];
  if (paths.length > 0) notes.push(aboutPaths(paths));
  return { examined, prompt: examined.map(promptOf).join("\n\n"), notes };
}

function aboutPaths(paths: string[]): string {
  const some = paths.slice(0, 5).join(", ").slice(0, 300);
  return `file_paths were not read (${some}): this server sees none of your files. Upload each with PUT /api/runs/<session_id>/artifacts/<name> and give the ids as artifact_ids, or put what matters into the text.`;
}

async function readText(ctx: Ctx, id: string, contents: boolean): Promise<TextArtifact> {
  const row = await loadArtifact(ctx, id);
  const { name, run_id, content_type, size, blob } = row;
  if (!isText(content_type)) {
    throw new AppError(
      "unsupported_media_type",
      `The artifact ${id.slice(0, 64)} is ${content_type.slice(0, 100)}; models are given text only.`,
    );
  }
  if (!contents) return { id, name, run_id, text: "", cut: false };
  const object = await ctx.env.BUCKET.get(blob, { range: { offset: 0, length: Math.min(MAX_BYTES, size) } });
  if (!object) throw new Error(`The bytes of artifact ${id} are missing in R2`);
  const bytes = new Uint8Array(await object.arrayBuffer());
  const cut = size > MAX_BYTES;
  return { id, name, run_id, text: new TextDecoder().decode(cut ? wholeCharacters(bytes) : bytes), cut };
}

function isText(contentType: string): boolean {
  return previewOf(contentType) === "text" || /^text\//.test(contentType);
}

/** Files of one call. */
export const MAX_FILES = 10;

/** The newest text artifacts of a session: what was uploaded to it is meant for it. None if the caller may not read. */
export async function ownTextArtifacts(ctx: Ctx, sessionId: string): Promise<string[]> {
  if (!ctx.scopes.has("read") && !ctx.scopes.has("admin")) return [];
  const { data } = await listArtifacts(ctx, { run_id: sessionId, limit: 50 });
  return data
    .filter(({ content_type }) => isText(content_type))
    .slice(0, MAX_FILES)
    .map(({ id }) => id);
}

function promptOf({ id, name, text, cut }: TextArtifact): string {
  const label = name.replace(/["<>\n]/g, "_").slice(0, 200);
  return `<file id="${id}" name="${label}"${cut ? ' cut="true"' : ""}>\n${text}\n</file>`;
}
