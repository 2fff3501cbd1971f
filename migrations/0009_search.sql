ALTER TABLE `segments` ADD `doc` integer;--> statement-breakpoint
-- What can be found of a part: src/domain/search/docs.ts. It keeps its texts itself, as a table beside it would be billed a row more.
-- No columnsize: nothing is ranked by relevance, and it would be another row a doc.
CREATE VIRTUAL TABLE `search_docs` USING fts5(project, run_id UNINDEXED, first_seq UNINDEXED, text, columnsize=0, tokenize='unicode61 remove_diacritics 2');--> statement-breakpoint
-- Pages as large as FTS5 has them: rows are billed by number, and the index is written in a sixteenth of them.
INSERT INTO `search_docs`(`search_docs`, `rank`) VALUES ('pgsz', 65000);--> statement-breakpoint
-- What is deleted is gone, not only marked.
INSERT INTO `search_docs`(`search_docs`, `rank`) VALUES ('secure-delete', 1);
