import { existsSync } from "node:fs";
import { defineConfig } from "@playwright/test";

/** `npm test` finds or installs a Chromium and names it in CHROMIUM (scripts/chromium.ts). */
const executablePath =
  process.env.CHROMIUM || ["/usr/bin/chromium", "/usr/bin/google-chrome"].find((path) => existsSync(path));

/** The dashboard in a real browser, against the server that `npm start` runs. */
export default defineConfig({
  testDir: "test/browser",
  testMatch: "**/*.spec.ts",
  // Two browsers on two cores would double every timing.
  workers: 1,
  fullyParallel: false,
  timeout: 120_000,
  expect: { timeout: 20_000 },
  forbidOnly: !!process.env.CI,
  outputDir: "test-results",
  reporter: process.env.PLAYWRIGHT_JSON_OUTPUT_NAME ? [["list"], ["json"]] : [["list"]],
  use: {
    viewport: { width: 1440, height: 900 },
    screenshot: "only-on-failure",
    launchOptions: {
      executablePath,
      args: [
        "--no-sandbox",
        "--disable-dev-shm-usage",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        ...(process.env.CHROMIUM_ARGS?.split(" ").filter(Boolean) ?? []),
      ],
    },
  },
});
