declare namespace Cloudflare {
  interface Env {
    /** What vitest.config.ts hands over, because the file system and the environment cannot be read inside workerd. */
    TEST_MIGRATIONS: import("cloudflare:test").D1Migration[];
    /** `short` or `full`. */
    FAULT_FORM: string;
    FAULT_SEED: string;
  }
}
