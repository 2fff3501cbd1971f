import { Stop } from "../say.ts";

export interface Options {
  dryRun: boolean;
  setKey: boolean;
  help: boolean;
}

export const HELP = `npm run deploy               creates what is missing on Cloudflare, then deploys the Worker and the dashboard
npm run deploy -- --dry-run  prints what it would do, with every command, and does none of it
npm run deploy -- --set-key  also makes an API key, sets it on the Worker and prints it once`;

const FLAGS: Record<string, keyof Options> = { "--dry-run": "dryRun", "--set-key": "setKey", "--help": "help" };

/**
 * Reads the flags, also where the "--" before them was forgotten: npm then keeps `--dry-run` to itself, and a person who
 * asked for a rehearsal would get a deployment.
 */
export function parseOptions(args: string[], env: NodeJS.ProcessEnv = process.env): Options {
  const options: Options = {
    dryRun: env.npm_config_dry_run === "true",
    setKey: env.npm_config_set_key === "true",
    help: false,
  };
  for (const arg of args) {
    const name = FLAGS[arg];
    if (!name)
      throw new Stop(`npm run deploy knows no "${arg}"; it takes ${Object.keys(FLAGS).join(", ")}, all after a "--".`);
    options[name] = true;
  }
  return options;
}
