import { buildView } from "../scripts/local/build.ts";

/** Once, before tests run the Worker: it carries the view for chat clients. */
export default async function setup(): Promise<void> {
  await buildView();
}
