export type Cell = string | number | boolean | null;

/** What a spreadsheet would take for a formula. */
const FORMULA = /^[=+\-@\t\r]/;
const NUMBER = /^-?\d+(\.\d+)?(e[+-]?\d+)?$/i;

/**
 * Rows as RFC 4180 has them, the names of the columns first. Names of models and users are the senders': a cell that a
 * spreadsheet would compute begins with an apostrophe.
 */
export function csvOf<K extends string>(columns: readonly K[], rows: readonly Partial<Record<K, Cell>>[]): string {
  const lines = rows.map((row) => columns.map((column) => cellOf(row[column])));
  return [columns, ...lines].map((cells) => `${cells.join(",")}\r\n`).join("");
}

function cellOf(value: Cell | undefined): string {
  if (value === null || value === undefined) return "";
  const text = String(value);
  const safe = FORMULA.test(text) && !NUMBER.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
