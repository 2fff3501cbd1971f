/** A line of the JSON tree. */
export interface JsonRow {
  /** Where the value lies, e.g. `/messages/0/content`; also what is opened and closed. */
  path: string;
  depth: number;
  /** The key in an object, the index in an array; null for the root and for lines of text. */
  label: string | null;
  kind: "object" | "array" | "string" | "number" | "boolean" | "null" | "text" | "note";
  /** The value in one line, shortened. */
  preview: string;
  expandable: boolean;
  open: boolean;
  /** A string that holds JSON: opens as what it holds. */
  embedded: boolean;
  value: unknown;
}

const PREVIEW_CHARS = 200;
/** Longer strings open into lines of this length. */
const LINE_CHARS = 120;
/** A list beyond this is cut: nobody reads row 20,001, and the whole is in the raw view. */
const MOST_CHILDREN = 20_000;
/** Parsing happens when a row is opened; beyond this it would be felt. */
const MOST_EMBEDDED_CHARS = 8_000_000;

/** The rows of a value from top to bottom; only what is open is looked into. */
export function jsonRows(value: unknown, open: ReadonlySet<string>): JsonRow[] {
  const rows: JsonRow[] = [];
  const stack: { path: string; label: string | null; depth: number; value: unknown }[] = [
    { path: "", label: null, depth: 0, value },
  ];
  for (let item = stack.pop(); item; item = stack.pop()) {
    const row = rowOf(item.value, item.path, item.label, item.depth, open);
    rows.push(row);
    if (!row.open) continue;
    const inside = row.embedded ? parsed(row.value as string) : row.value;
    if (typeof inside === "string") {
      for (const line of lines(inside)) rows.push({ ...blank(item.path, item.depth + 1), kind: "text", preview: line });
      continue;
    }
    const entries = entriesOf(inside);
    const shown = entries.slice(0, MOST_CHILDREN);
    if (shown.length < entries.length) {
      const preview = `${(entries.length - shown.length).toLocaleString("en-US")} more are only in the raw view`;
      const label = "…";
      stack.push({ path: `${item.path}/…`, label, depth: item.depth + 1, value: new Note(preview) });
    }
    for (let at = shown.length - 1; at >= 0; at--) {
      const [key, child] = shown[at] as [string, unknown];
      stack.push({ path: `${item.path}/${escaped(key)}`, label: key, depth: item.depth + 1, value: child });
    }
  }
  return rows;
}

class Note {
  constructor(readonly text: string) {}
}

function blank(path: string, depth: number) {
  return { path, depth, label: null, expandable: false, open: false, embedded: false, value: undefined };
}

function rowOf(value: unknown, path: string, label: string | null, depth: number, open: ReadonlySet<string>): JsonRow {
  const base = { ...blank(path, depth), label, value };
  if (value instanceof Note) return { ...base, kind: "note", preview: value.text };
  if (value === null || value === undefined) return { ...base, kind: "null", preview: "null" };
  if (typeof value === "string") {
    const embedded = holdsJson(value);
    const expandable = embedded || value.length > LINE_CHARS || value.includes("\n");
    const preview = `"${shorten(value.replaceAll("\n", "⏎"))}"`;
    return { ...base, kind: "string", preview, expandable, embedded, open: expandable && open.has(path) };
  }
  if (typeof value === "object") {
    const size = Array.isArray(value) ? value.length : Object.keys(value).length;
    const kind = Array.isArray(value) ? "array" : "object";
    return { ...base, kind, preview: summary(value), expandable: size > 0, open: size > 0 && open.has(path) };
  }
  return { ...base, kind: typeof value === "number" ? "number" : "boolean", preview: String(value) };
}

function summary(value: object): string {
  if (Array.isArray(value)) return value.length === 0 ? "[]" : `[${value.length.toLocaleString("en-US")}]`;
  const keys = Object.keys(value);
  if (keys.length === 0) return "{}";
  return `{ ${shorten(keys.slice(0, 5).join(", "), 60)}${keys.length > 5 ? ", …" : ""} }`;
}

function shorten(text: string, most = PREVIEW_CHARS): string {
  return text.length > most ? `${text.slice(0, most)}…` : text;
}

function entriesOf(value: unknown): [string, unknown][] {
  if (Array.isArray(value)) return value.map((child, at) => [String(at), child]);
  return value !== null && typeof value === "object" ? Object.entries(value) : [];
}

const escaped = (key: string) => key.replaceAll("~", "~0").replaceAll("/", "~1");

/** Only the ends are looked at: whether it parses is found out when it is opened. */
function holdsJson(text: unknown): boolean {
  if (typeof text !== "string" || text.length < 2 || text.length > MOST_EMBEDDED_CHARS) return false;
  const trimmed = text.length < 1000 ? text.trim() : text;
  return (trimmed.startsWith("{") && trimmed.endsWith("}")) || (trimmed.startsWith("[") && trimmed.endsWith("]"));
}

const cache = new Map<string, unknown>();

/** What a string of JSON holds, or the string itself if it only looked like it. */
function parsed(text: string): unknown {
  if (cache.has(text)) return cache.get(text);
  let value: unknown = text;
  try {
    value = JSON.parse(text);
  } catch {
    // Not JSON after all: shown as lines of text.
  }
  if (cache.size > 20) cache.clear();
  cache.set(text, value);
  return value;
}

function lines(text: string): string[] {
  const found: string[] = [];
  for (const line of text.split("\n")) {
    if (line.length <= LINE_CHARS) found.push(line);
    else for (let at = 0; at < line.length; at += LINE_CHARS) found.push(line.slice(at, at + LINE_CHARS));
    if (found.length > MOST_CHILDREN) return [...found.slice(0, MOST_CHILDREN), "… the rest is only in the raw view"];
  }
  return found;
}

/** Rows to find before a search stops. */
const MOST_FOUND = 500;

/** The paths of keys and plain values that hold the text, upper or lower case, inside strings of JSON too; at most 500. */
export function findInJson(value: unknown, text: string): string[] {
  const wanted = text.toLowerCase();
  const found: string[] = [];
  const stack: [string, string, unknown][] = [["", "", value]];
  for (let item = stack.pop(); item && found.length < MOST_FOUND; item = stack.pop()) {
    const [path, label, child] = item;
    const plain = child === null || typeof child !== "object";
    const holds = plain && String(child).toLowerCase().includes(wanted);
    // Inside a string of JSON the search goes on, as it can be opened there.
    const inside = holds && holdsJson(child) ? parsed(child as string) : child;
    const below = inside !== null && typeof inside === "object";
    if (label.toLowerCase().includes(wanted) || (holds && !below)) found.push(path);
    if (!below) continue;
    const entries = entriesOf(inside);
    for (let at = entries.length - 1; at >= 0; at--) {
      const [key, next] = entries[at] as [string, unknown];
      stack.push([`${path}/${escaped(key)}`, key, next]);
    }
  }
  return found;
}

/** Everything above the paths, to be opened so that they can be seen. */
export function ancestors(paths: string[]): Set<string> {
  const open = new Set<string>();
  for (const path of paths) {
    for (let at = path.lastIndexOf("/"); at >= 0; at = at === 0 ? -1 : path.lastIndexOf("/", at - 1))
      open.add(path.slice(0, at));
  }
  return open;
}
