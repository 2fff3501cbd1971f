import { build } from "../../scripts/local/build.ts";

/** Once, before the test files start their servers at the same time. */
export default async function setup(): Promise<void> {
  await build({ dashboard: true });
}
