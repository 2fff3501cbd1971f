/**
 * The tables that hold a project's rows, each with the column `project_id`. Moving a project, deleting it and whatever else
 * goes through all that a project has, goes by this list. They lie in the project's own database: `dbFor`.
 */
export const PROJECT_TABLES = [
  "project_state",
  "price_lists",
  "runs",
  "run_labels",
  "run_peaks",
  "segments",
  "rollups",
  "artifacts",
  "dead_letters",
] as const;
export type ProjectTable = (typeof PROJECT_TABLES)[number];

/**
 * The index of words, with the project as a word of it. A row of it is what a row of `segments` has in `doc`: whoever copies or
 * deletes those sees to it, too. A database numbers its own rows.
 */
export const INDEX_TABLES = ["search_docs"] as const;

/** The tables by which a project is found. They lie in `env.DB`; those of other shards stay empty. */
export const GLOBAL_TABLES = ["projects", "api_keys", "sign_in_links", "sign_ins", "ended_grants"] as const;

/** What a database knows of moves from and to it, and of its own tables: each shard has rows of its own. */
export const SHARD_TABLES = ["project_moves", "project_changes", "d1_migrations"] as const;
