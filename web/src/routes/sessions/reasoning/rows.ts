/** Where in which log a row stands. */
interface Placed {
  seq: number;
  run_id: string;
}

/** Adds rows that came in; one that came before is not added again. The order of arrival stays: it is that of the log. */
export function addRows<T extends Placed>(rows: T[], more: readonly T[]): T[] {
  const key = ({ run_id, seq }: Placed) => `${run_id} ${seq}`;
  const known = new Set(rows.map(key));
  const fresh = more.filter((row) => !known.has(key(row)));
  return fresh.length === 0 ? rows : [...rows, ...fresh];
}
