import { readConfig } from "./deploy/config.ts";
import { deploy } from "./deploy/deploy.ts";
import { HELP, parseOptions } from "./deploy/options.ts";
import { rehearsal } from "./deploy/rehearsal.ts";
import { shell } from "./deploy/shell.ts";
import { ROOT } from "./root.ts";
import { run } from "./say.ts";

/** `npm run deploy`: Runlight on the Cloudflare account that wrangler is logged in to. docs/deploy.md says how. */
export const main = () =>
  run(async () => {
    const options = parseOptions(process.argv.slice(2));
    if (options.help) return console.log(HELP);
    const config = await readConfig(ROOT);
    if (options.dryRun) return console.log(rehearsal(config, options));
    await deploy(config, options, { run: shell(ROOT), write: (text) => process.stdout.write(text) });
  });
