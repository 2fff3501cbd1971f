import { applyD1Migrations } from "cloudflare:test";
import { env } from "cloudflare:workers";

// Runs before each test file, whose storage is its own. Applying twice does nothing.
await applyD1Migrations(env.DB, env.TEST_MIGRATIONS);
