import { Stop } from "../say.ts";
import type { Result } from "./commands.ts";

/** What the command printed, then a sentence. Every step can be repeated, so the advice is always the same. */
export function failure(what: string, { stdout, stderr }: Result): Stop {
  const output = `${stdout}\n${stderr}`.trim();
  if (/More than one account available/.test(output))
    return new Stop(
      `${output}\n\nThis login has several Cloudflare accounts: set CLOUDFLARE_ACCOUNT_ID to the one to deploy to, then "npm run deploy" again.`,
    );
  return new Stop(
    `${output}\n\n${what} failed (see above). What was done before stays: "npm run deploy" goes on from here.`,
  );
}
