import { blob, integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";

/**
 * Where each part of a run's log lies. A plain INSERT of this row is the projection's guard: the same part a second time,
 * or a part whose seqs another one has, breaks the primary key and with it the whole transaction. WITHOUT ROWID.
 */
export const segments = sqliteTable(
  "segments",
  {
    project_id: text("project_id").notNull(),
    run_id: text("run_id").notNull(),
    first_seq: integer("first_seq").notNull(),
    last_seq: integer("last_seq").notNull(),
    batch_id: text("batch_id").notNull(),
    /** R2 key of the pack, the byte range of the gzip member in it, and that of this part in the unpacked member. */
    pack: text("pack").notNull(),
    byte_offset: integer("byte_offset").notNull(),
    byte_length: integer("byte_length").notNull(),
    slice_from: integer("slice_from").notNull(),
    slice_to: integer("slice_to").notNull(),
    /** JSON array: indexes of events in the part that the log had already. NULL = none. */
    skip: text("skip"),
    /** 16 bytes a span: its id and its parent's (zeros for none). Tells wrapper spans across parts. */
    links: blob("links", { mode: "buffer" }),
    /** The row of `search_docs` that has the part's text: src/domain/search/docs.ts. NULL = it has none. */
    doc: integer("doc"),
    /**
     * JSON: the model calls of the part, as src/domain/projection/calls.ts writes them. NULL = it has none. The last column, so
     * that whoever reads where the part lies does not read them. Asked for by the view `llm_calls`.
     */
    calls: text("calls"),
  },
  (table) => [primaryKey({ columns: [table.project_id, table.run_id, table.first_seq] })],
);
