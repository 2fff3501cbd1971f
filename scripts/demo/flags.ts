import { Stop } from "../say.ts";

export interface Flags {
  forever: boolean;
  speed: number;
}

const KNOWN = "--once, --forever and --speed N";

export function parseFlags(args: readonly string[]): Flags {
  const flags: Flags = { forever: false, speed: 1 };
  for (let i = 0; i < args.length; i++) {
    const [name, inline] = (args[i] as string).split("=", 2);
    if (name === "--once" && inline === undefined) flags.forever = false;
    else if (name === "--forever" && inline === undefined) flags.forever = true;
    else if (name === "--speed") flags.speed = parseSpeed(inline ?? args[++i]);
    else throw new Stop(`The demo does not know ${args[i]}. It takes ${KNOWN}: npm run demo -- --speed 10`);
  }
  return flags;
}

function parseSpeed(value: string | undefined): number {
  const speed = Number(value);
  if (!value || !Number.isFinite(speed) || speed <= 0)
    throw new Stop("--speed needs a number above 0, such as 10 for ten times quicker: npm run demo -- --speed 10");
  return speed;
}
