import type { RunEvent } from "#lib/api.ts";
import type { Artifact } from "./artifacts-api.ts";

/** Ids of the files that events announce. Anybody may write such an event: whether there is a file, the list says. */
export function announcedIn(events: readonly Pick<RunEvent, "type" | "data">[]): string[] {
  return events.flatMap(({ type, data }) => {
    const id = type === "ARTIFACT_CREATED" && (data as { artifact_id?: unknown } | null)?.artifact_id;
    return typeof id === "string" ? [id] : [];
  });
}

/** The list after a page was read: each name once, in its newest version, newest first. */
export function merged(rows: readonly Artifact[], page: readonly Artifact[]): Artifact[] {
  const byName = new Map<string, Artifact>();
  for (const row of [...rows, ...page]) {
    const known = byName.get(row.name);
    if (!known || newerFirst(row, known) <= 0) byName.set(row.name, row);
  }
  return [...byName.values()].sort(newerFirst);
}

function newerFirst(a: Artifact, b: Artifact): number {
  if (a.created_at !== b.created_at) return a.created_at < b.created_at ? 1 : -1;
  return a.id < b.id ? 1 : a.id > b.id ? -1 : 0;
}

/** How the page shows a file. What is none of the first three is asked for as a text; the server says if it is none. */
export type Shown = "page" | "document" | "image" | "text";

export function shownAs(contentType: string): Shown {
  const type = (contentType.split(";")[0] ?? "").trim().toLowerCase();
  if (type === "text/html") return "page";
  if (type === "application/pdf") return "document";
  return /^image\/(png|jpeg|gif|webp|svg\+xml)$/.test(type) ? "image" : "text";
}

/** A whole JSON text as its value; undefined for anything else. */
export function jsonIn({ content_type }: Pick<Artifact, "content_type">, text: string): { value: unknown } | undefined {
  if (!/^application\/([\w.-]+\+)?json\s*(;|$)/i.test(content_type)) return undefined;
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined;
  }
}

/** Enough of the hash to tell two versions apart at a glance. */
export function versionOf({ sha256 }: Pick<Artifact, "sha256">): string {
  return sha256.slice(0, 8);
}
