import { defineConfig } from "drizzle-kit";

/** `npm run migration -- --name what_changes` writes the next migration from the schema. */
export default defineConfig({ dialect: "sqlite", schema: "./src/db/schema/index.ts", out: "./migrations" });
