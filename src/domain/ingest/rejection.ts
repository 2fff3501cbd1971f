/** What of a request was not taken. */
export interface Rejection {
  rejected: number;
  message: string;
}

/** Says how many items were rejected, with each reason once and its count; null if none were. */
export function rejectionOf(
  items: string,
  { rejected, reasons }: { rejected: number; reasons: ReadonlyMap<string, number> },
): Rejection | null {
  if (rejected === 0) return null;
  const each = [...reasons].map(([reason, count]) => `${reason} (${count})`).join("; ");
  return { rejected, message: `${rejected} ${items} rejected: ${each}` };
}
