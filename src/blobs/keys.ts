/**
 * R2 key of a pack: sorted by project and time. The rows it holds are part of the key, so the same drain again writes the
 * same bytes to the same key, and another cut of the rows can never overwrite a pack that D1 points to.
 * @param at milliseconds since the epoch at which the first row reached the log
 */
export function packKey(projectId: string, object: string, at: number, fromRow: number, toRow: number): string {
  const time = new Date(at).toISOString();
  return `${packsPrefix(projectId)}${time.slice(0, 10)}/${time.slice(11)}${logPart(projectId, object)}${fromRow}-${toRow}`;
}

/** Whether a key may be that of a pack of this log object. One whose name ends alike may be taken for it: the index tells. */
export function packsOfLog({ projectId, object }: { projectId: string; object: string }): (key: string) => boolean {
  const part = logPart(projectId, object);
  return (key) => key.includes(part);
}

function logPart(projectId: string, object: string): string {
  return `-${object.slice(projectId.length + 1).replaceAll("/", "-")}-`;
}

/** R2 key of what takes the place of a pack when some of its runs are deleted: another, as the old one may still be read. */
export function rewrittenKey(key: string): string {
  const [, stem = key, round] = /^(.*?-\d+-\d+)(?:\.(\d+))?$/.exec(key) ?? [];
  return `${stem}.${Number(round ?? 1) + 1}`;
}

/** How far apart in time the packs of two deliveries of the same rows begin at most: a backlog is drained in minutes. */
const TWIN_MS = 600_000;

/** The keys between which twins of these packs lie, both ends left out. */
export function packsAround(first: string, last: string): { after: string; end: string } {
  return { after: shifted(first, -TWIN_MS), end: shifted(last, TWIN_MS) };
}

function shifted(key: string, ms: number): string {
  const [, prefix = "", day = "", time = ""] = /^(.*\/)(\d{4}-\d{2}-\d{2})\/([\d:.]+Z)/.exec(key) ?? [];
  const at = new Date(Date.parse(`${day}T${time}`) + ms).toISOString();
  return `${prefix}${at.slice(0, 10)}/${at.slice(11)}`;
}

/** Where the packs of a project lie. */
export function packsPrefix(projectId: string): string {
  return `packs/${projectId}/`;
}

/** R2 key of a queue message that failed too often. */
export function deadLetterKey(projectId: string, messageId: string): string {
  return `dead-letters/${projectId}/${messageId}.json`;
}

/** R2 key of an artifact's bytes. An upload has a key of its own, so that none can write over bytes that a row points to. */
export function artifactKey(projectId: string, uploadId: string): string {
  return `artifacts/${projectId}/${uploadId}`;
}
