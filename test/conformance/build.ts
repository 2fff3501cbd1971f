import { build } from "../../scripts/local/build.ts";
import { command } from "../../scripts/local/command.ts";
import { at } from "../../scripts/root.ts";

/** Where the test build is: the product's Worker with the suite's fixtures behind its door for agents. */
export const CONFORMANCE_WORKER = at(".wrangler/build/conformance");

/** Once, before the tests: the product as `npm start` builds it, and the test build by the same bundler. */
export default async function setup(): Promise<void> {
  await build({ dashboard: true });
  const entry = at("test/conformance/worker/index.ts");
  const { code, output } = await command("wrangler", ["deploy", entry, "--dry-run", "--outdir", CONFORMANCE_WORKER]);
  if (code !== 0) throw new Error(`The test build failed:\n${output}`);
}
