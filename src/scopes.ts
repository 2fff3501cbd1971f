/** What a key can be for. Apart from `context.ts`, so that the dashboard can take its types from schemas that name them. */
export const SCOPES = ["ingest", "read", "write", "admin"] as const;
export type Scope = (typeof SCOPES)[number];
