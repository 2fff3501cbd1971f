declare namespace Cloudflare {
  interface Env {
    /** What vitest.config.ts hands over, because the file system cannot be read inside workerd. */
    TEST_MIGRATIONS: import("cloudflare:test").D1Migration[];
  }
}
