import { typed } from "./commands.ts";
import type { Config } from "./config.ts";
import { looks } from "./look.ts";
import { plan, type Step } from "./plan.ts";

/** What `--dry-run` prints: the whole plan, as if nothing were there yet. */
export function rehearsal(config: Config, options: { setKey: boolean }): string {
  const steps = plan(config, { databaseIds: new Map(), namespaceIds: new Map(), resources: [], secrets: [] }, options);
  return [
    "A rehearsal: nothing is run, nothing is asked of Cloudflare.",
    "",
    "First it looks at what is there, which changes nothing:",
    ...looks(config).map((command) => `      ${typed(command)}`),
    "",
    "Then, in this order:",
    ...steps.map((step, i) => `${String(i + 1).padStart(4)}. ${say(step)}`),
  ].join("\n");
}

function say(step: Step): string {
  switch (step.kind) {
    case "exists":
      return step.what;
    case "create":
      return `${step.what}, if missing: ${typed(step.command)}`;
    case "config":
      return `${step.what}: wrangler.toml with the ids of the database and the namespace (wrangler.toml itself stays as it is)`;
    case "run":
      return `${step.what}: ${typed(step.command)}`;
    case "make key":
      return `${step.what}, a new one through stdin, printed once: ${typed(step.command)}`;
    case "lacks":
      return `${step.what}, if not set: says so, for you to run ${typed(step.command)}`;
  }
}
