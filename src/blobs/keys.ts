/**
 * R2 key of a pack: sorted by project and time. The rows it holds are part of the key, so the same drain again writes the
 * same bytes to the same key, and another cut of the rows can never overwrite a pack that D1 points to.
 * @param at milliseconds since the epoch at which the first row reached the log
 */
export function packKey(projectId: string, object: string, at: number, fromRow: number, toRow: number): string {
  const time = new Date(at).toISOString();
  const name = object.slice(projectId.length + 1).replaceAll("/", "-");
  return `${packsPrefix(projectId)}${time.slice(0, 10)}/${time.slice(11)}-${name}-${fromRow}-${toRow}`;
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
