/** Characters of a message that say what it is about. */
const MOST = 200;

const URL = /\b[a-z][a-z0-9+.-]*:\/\/[^\s"'<>)\]]+/gi;
const UUID = /\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi;
/** What is long and has digits: hashes, request ids, keys. */
const ID = /\b(?=[\w-]*\d)(?:[0-9a-f]{8,}|[A-Za-z]+[_-][\w-]{8,}|(?=[\w-]*[A-Za-z])[\w-]{16,})\b/g;
const QUOTED = /"(?:[^"\\]|\\.)*"|`[^`]*`|(?<![A-Za-z0-9])'[^']*'(?![A-Za-z0-9])/g;
/** Not those that are in the middle of a name, such as a model's. */
const NUMBER = /(?<![A-Za-z_]|[A-Za-z]-(?=\d+[A-Za-z]))-?\d+(?:[.,:]\d+)*/g;

/**
 * What messages of one cause have in common: their first words without what differs from one time to the next (addresses, ids,
 * quoted texts, numbers).
 */
export function patternOf(message: string): string {
  const line = message
    .slice(0, MOST * 4)
    .replace(/\s+/g, " ")
    .trim();
  const plain = line
    .replace(URL, "<url>")
    .replace(UUID, "<id>")
    .replace(QUOTED, "<text>")
    .replace(ID, "<id>")
    .replace(NUMBER, "<n>");
  return plain.slice(0, MOST);
}
