/** D1 in production refuses a parameter of 2 MB; the local simulator does not, so the cut is ours. */
const PARAM_BYTES = 1_500_000;

const encoder = new TextEncoder();

/** JSON arrays of rows, none larger than a parameter may be (a single row is small: bodies never come here). */
export function chunks(rows: unknown[][]): string[] {
  const out: string[] = [];
  let texts: string[] = [];
  let bytes = 0;
  for (const row of rows) {
    const text = JSON.stringify(row);
    // Counting characters is exact for ASCII; only other text is worth encoding to know its bytes.
    const size = text.length * 3 < PARAM_BYTES / 100 ? text.length * 3 : encoder.encode(text).byteLength;
    if (bytes + size > PARAM_BYTES && texts.length > 0) {
      out.push(`[${texts.join(",")}]`);
      texts = [];
      bytes = 0;
    }
    texts.push(text);
    bytes += size + 1;
  }
  if (texts.length > 0) out.push(`[${texts.join(",")}]`);
  return out;
}
