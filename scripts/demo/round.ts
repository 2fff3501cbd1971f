import { randomBytes, randomUUID } from "node:crypto";

/** What a scenario may use of the world: its round, ids, and chance that falls the same way every time. */
export interface Round {
  /** Counts from 0; scenarios take turns with their material by it. */
  index: number;
  /** Random hex of so many bytes: ids must differ each time, or a second round would add to the runs of the first. */
  hex(bytes: number): string;
  /** The id of a conversation, the same for all runs of the round that take part in it. */
  session(name: string): string;
  /** 0 to below 1, seeded by the round. */
  chance(): number;
}

export function newRound(index: number): Round {
  const sessions = new Map<string, string>();
  let state = (index + 1) * 0x9e3779b9;
  return {
    index,
    hex: (bytes) => randomBytes(bytes).toString("hex"),
    session(name) {
      const id = sessions.get(name) ?? randomUUID();
      sessions.set(name, id);
      return id;
    },
    // mulberry32
    chance() {
      state = (state + 0x6d2b79f5) | 0;
      let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
      mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
      return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
    },
  };
}

/** The one whose turn it is. */
export function turn<T>(items: readonly T[], index: number): T {
  return items[index % items.length] as T;
}
