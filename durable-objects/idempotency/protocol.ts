/** An answer as it is given again. */
export interface StoredAnswer {
  status: number;
  /** JSON, sealed by whoever asked: no other can read it. */
  body: string;
}

/** What became of a key: its request may go ahead, or was answered, is being answered, or was another one. */
export type FirstUse =
  | { type: "first" }
  | { type: "done"; answer: StoredAnswer }
  | { type: "running" }
  | { type: "mismatch" };
