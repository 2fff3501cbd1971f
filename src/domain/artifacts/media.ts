/**
 * How an artifact may be shown in a browser; null = not at all, only downloaded. A "drawing" (SVG) and a "page" (HTML) can hold
 * scripts: each has a policy of its own, as a "document" (PDF) has, which is shown in a frame.
 */
export type Preview = "text" | "image" | "drawing" | "document" | "page";

/** What a browser draws without running anything. */
const IMAGES = new Set(["image/png", "image/jpeg", "image/gif", "image/webp"]);

const TEXT =
  /^(text\/[\w.+-]+|application\/([\w.-]+\+)?(json|yaml)|application\/(x-ndjson|jsonl|x-yaml|toml|sql|xml|javascript))$/;

/** Types that a browser runs, styles a page with, or takes apart into other types. */
const ACTIVE = /html|xml|svg|script|css|wasm|xsl|multipart|manifest/;

/** How a file of this Content-Type may be previewed. XHTML is not: its parser knows ways that HTML's does not. */
export function previewOf(contentType: string): Preview | null {
  const type = essenceOf(contentType);
  if (IMAGES.has(type)) return "image";
  if (type === "image/svg+xml") return "drawing";
  if (type === "application/pdf") return "document";
  if (type === "text/html") return "page";
  return TEXT.test(type) && !/html|svg/.test(type) ? "text" : null;
}

/**
 * The Content-Type of a download: as it was sent, unless a page of this origin could use the address as a script, a style or
 * a worker. Then it is bytes without a type; the artifact's own `content_type` still tells.
 */
export function downloadType(contentType: string): string {
  return ACTIVE.test(essenceOf(contentType)) ? "application/octet-stream" : contentType;
}

/** The type without parameters, in lower case. */
function essenceOf(contentType: string): string {
  return (contentType.split(";")[0] ?? "").trim().toLowerCase();
}

/** Separators of paths, control characters, and those that turn the direction of text and hide a file's true ending. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what must not get through
const UNSAFE_IN_NAME = /[/\\\u0000-\u001f\u007f-\u009f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** A Content-Disposition that names the file, whatever its name is (RFC 6266, RFC 8187). */
export function disposition(kind: "attachment" | "inline", name: string): string {
  const safe = encodeURIComponent(name.replace(UNSAFE_IN_NAME, "_")).replace(
    /['()*!]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `${kind}; filename*=UTF-8''${safe}`;
}

/** Bytes from `from` on, `length` of them. */
export interface ByteRange {
  from: number;
  length: number;
}

/**
 * What a Range header asks of `size` bytes. null = all of them: no header, or one that may be ignored (several ranges, another
 * unit); "unsatisfiable" = it lies behind the end.
 */
export function rangeOf(header: string | null, size: number): ByteRange | "unsatisfiable" | null {
  const [, first, last] = /^bytes=(\d*)-(\d*)$/.exec(header?.trim() ?? "") ?? [];
  if (first === undefined || last === undefined || first + last === "") return null;
  if (first === "") {
    const length = Math.min(Number(last), size);
    return length === 0 ? "unsatisfiable" : { from: size - length, length };
  }
  const from = Number(first);
  const to = last === "" ? size - 1 : Math.min(Number(last), size - 1);
  if (last !== "" && Number(last) < from) return null;
  return from >= size ? "unsatisfiable" : { from, length: to - from + 1 };
}

/** Whether If-None-Match names this tag. The comparison is the weak one: proxies that compress weaken tags. */
export function matches(ifNoneMatch: string | null, etag: string): boolean {
  if (ifNoneMatch === null) return false;
  const tags = ifNoneMatch.split(",").map((tag) => tag.trim().replace(/^W\//, ""));
  return tags.includes("*") || tags.includes(etag);
}

/** UTF-8 without the character that its end cuts through. */
export function wholeCharacters(bytes: Uint8Array): Uint8Array {
  let start = bytes.byteLength - 1;
  // At most three bytes that go on, and the one that begins them.
  while (start > bytes.byteLength - 4 && start >= 0 && ((bytes[start] as number) & 0xc0) === 0x80) start -= 1;
  const lead = bytes[start] ?? 0;
  const length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1;
  return start >= 0 && start + length > bytes.byteLength ? bytes.subarray(0, start) : bytes;
}
