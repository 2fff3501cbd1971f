import { Stop } from "../say.ts";

/**
 * What the command line asks for: which stages, in their order, and whether in their long form.
 * @throws Stop with the usage if it asks for something else
 */
export function pick(args: readonly string[], all: readonly string[]): { names: string[]; full: boolean } {
  const full = args.includes("--full");
  const [flag, list = "", ...rest] = args.filter((arg) => arg !== "--full");
  if (flag === undefined) return { names: [...all], full };
  const names = list.split(",").filter(Boolean);
  const unknown = names.filter((name) => !all.includes(name));
  if (flag !== "--only" || names.length === 0 || unknown.length > 0 || rest.length > 0) {
    throw new Stop(`Usage: npm test -- --only <stages> [--full]. Stages: ${all.join(", ")}.`);
  }
  return { names: all.filter((name) => names.includes(name)), full };
}
