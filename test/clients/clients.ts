import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Block } from "../../web/src/routes/snippets.ts";

/** A client of which a program lies in `programs`, as its folder says it. */
export interface Client {
  id: string;
  folder: string;
  /** What is started; undefined where the lines themselves are the program. */
  main: (typeof MAINS)[number] | undefined;
  /** The lines between its marks, placeholders unfilled: variables to set first, then code; either may be missing. */
  blocks: Block[];
  /** Packages and their exact versions, the one that makes the traces first. */
  versions: Record<string, string>;
  expect: Expectation;
}

export interface Expectation {
  /** Fields of the run, as the API answers them. */
  run: Record<string, unknown>;
  /** At least so many of the model calls carry what was asked and what was answered. */
  messages: number;
}

const MAINS = ["main.mjs", "main.cjs"] as const;
const PROGRAMS = fileURLToPath(new URL("./programs", import.meta.url));
const START = /^(?:\/\/|#) snippet:start$/;
const END = /^(?:\/\/|#) snippet:end$/;

/** All clients in the order of their names. */
export function readClients(): Client[] {
  return readdirSync(PROGRAMS, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => readClient(name))
    .sort((a, b) => a.id.localeCompare(b.id));
}

function readClient(id: string): Client {
  const folder = join(PROGRAMS, id);
  const main = MAINS.find((name) => existsSync(join(folder, name)));
  const read = (name: string) => readFileSync(join(folder, name), "utf8");
  const blocks: Block[] = [];
  if (existsSync(join(folder, "env.sh"))) blocks.push({ lang: "sh", text: markedLines(read("env.sh")) });
  const code = main ? markedLines(read(main)) : "";
  if (code) blocks.push({ lang: "js", text: code });
  const { dependencies: versions = {}, expect } = JSON.parse(read("package.json")) as {
    dependencies?: Record<string, string>;
    expect: Expectation;
  };
  return { id, folder, main, blocks, versions, expect };
}

/** The lines between the marks. */
export function markedLines(source: string): string {
  const lines = source.split("\n");
  const start = lines.findIndex((line) => START.test(line));
  const end = lines.findIndex((line) => END.test(line));
  return start === -1
    ? ""
    : lines
        .slice(start + 1, end)
        .join("\n")
        .trim();
}

/** Puts an address and a key into lines or into a whole program. */
export function fill(text: string, endpoint: string, key: string): string {
  return text.replaceAll("{{endpoint}}", endpoint).replaceAll("{{key}}", key);
}
