import { randomInt } from "node:crypto";
import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { Stop } from "../say.ts";
import { parseDevVars, setDevVar } from "./dev-vars.ts";

const NAME = "RUNLIGHT_API_KEY";
const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/** 40 of 62 characters are 238 bits. */
const LENGTH = 40;

export function makeKey(): string {
  return `rl_${Array.from({ length: LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)]).join("")}`;
}

/** The secrets of .dev.vars; none when there is no such file. */
export function readDevVars(path: string): Record<string, string> {
  return parseDevVars(readIfThere(path));
}

/** The key a client of the local server uses: the environment's, else the kept one. */
export function findKey(path: string, env: NodeJS.ProcessEnv = process.env): string | undefined {
  return env[NAME] || readDevVars(path)[NAME] || undefined;
}

/** The server's key: the environment's, else the kept one, else a new one, kept in a file that only its owner can read. */
export function keepKey(path: string, env: NodeJS.ProcessEnv = process.env): string {
  const found = findKey(path, env);
  if (found !== undefined) {
    if (/[^\x21-\x7e]/.test(found))
      throw new Stop(`${NAME} holds a blank or a character that no header can carry. Give it another value.`);
    return found;
  }
  const key = makeKey();
  writeFileSync(path, setDevVar(readIfThere(path), NAME, key), { mode: 0o600 });
  chmodSync(path, 0o600);
  return key;
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return "";
    throw error;
  }
}
