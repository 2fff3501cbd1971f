import { applyD1Migrations } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { databases } from "../../src/db/shards.ts";

// Runs before each test file, whose storage is its own. Applying twice does nothing.
for (const database of databases(env)) await applyD1Migrations(database, env.TEST_MIGRATIONS);
