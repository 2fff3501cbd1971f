/** Each limit of a live board with its reason. */
export const LIMITS = {
  /** Bytes that may wait for one client when the next messages come: many drains' worth, and no burden if it stops reading. */
  windowBytes: 4_000_000,
  /** Bytes that may wait for all clients together. An object has 128 MB for everything. */
  waitingBytes: 32_000_000,
  /** What each client may have waiting however many there are. More than clients read between two acknowledgements. */
  fairBytes: 256_000,
  /** Characters of a message that is looked into: acknowledgements are short. */
  ackChars: 100,
} as const;

/** How much may wait for each of so many clients. */
export function windowOf(clients: number): number {
  return Math.min(LIMITS.windowBytes, Math.max(LIMITS.fairBytes, Math.floor(LIMITS.waitingBytes / clients)));
}
