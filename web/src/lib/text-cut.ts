/**
 * Where to stop showing a long text: at the end of a line if one is near, never inside a character.
 * @returns the number of characters to show; all of them when little would be left over
 */
export function cutAt(text: string, mostChars: number, mostLines: number): number {
  let end = Math.min(text.length, mostChars);
  let lines = 0;
  for (let at = text.indexOf("\n"); at !== -1 && at < end; at = text.indexOf("\n", at + 1)) {
    if (++lines >= mostLines) end = at;
  }
  if (text.length - end < mostChars / 5 && lines < mostLines) return text.length;
  const lineEnd = text.lastIndexOf("\n", end);
  if (lineEnd > end * 0.8) end = lineEnd;
  const code = text.charCodeAt(end - 1);
  return code >= 0xd800 && code <= 0xdbff ? end - 1 : end;
}

/** JSON for reading; a string that holds JSON is opened, any other string is itself. */
export function pretty(value: unknown): string {
  if (typeof value !== "string") return JSON.stringify(value, null, 2) ?? "null";
  if (!/^\s*[[{]/.test(value)) return value;
  try {
    return JSON.stringify(JSON.parse(value), null, 2);
  } catch {
    return value;
  }
}
