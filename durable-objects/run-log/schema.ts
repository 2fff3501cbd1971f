/**
 * The tables of a log object. Append-only: each entry runs once per object, in order; a released entry is never changed.
 */
export const SCHEMA: readonly { id: number; sql: string }[] = [
  {
    id: 1,
    sql: `
      -- The write-ahead log: one row per append call. Deleted once projected.
      CREATE TABLE log (id INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, head TEXT NOT NULL, body BLOB NOT NULL);
      -- The rest of a body that does not fit one row.
      CREATE TABLE overflow (row_id INTEGER NOT NULL, n INTEGER NOT NULL, body BLOB NOT NULL, PRIMARY KEY (row_id, n)) WITHOUT ROWID;
      -- What each run's counter, repeats and readers need, kept for the window: where a part lies and which spans it has.
      CREATE TABLE parts (
        run TEXT NOT NULL, first_seq INTEGER NOT NULL, last_seq INTEGER NOT NULL, batch_id TEXT NOT NULL, at INTEGER NOT NULL,
        row_id INTEGER NOT NULL, n INTEGER NOT NULL, span_ids TEXT NOT NULL,
        PRIMARY KEY (run, first_seq)
      ) WITHOUT ROWID;
      CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
    `,
  },
  {
    id: 2,
    // What a run's size is reckoned by. Parts of before count as nothing.
    sql: "ALTER TABLE parts ADD COLUMN bytes INTEGER NOT NULL DEFAULT 0;",
  },
];
