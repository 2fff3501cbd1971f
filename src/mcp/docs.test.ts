import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));

test("the documentation has every tool", () => {
  const page = readFileSync(at("../../docs/mcp.md"), "utf8");
  const names = readdirSync(at("./tools"))
    .filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts"))
    .flatMap((file) => /defineTool\(\{\s*name: "(\w+)"/.exec(readFileSync(at(`./tools/${file}`), "utf8"))?.[1] ?? []);
  expect(names.length).toBeGreaterThan(10);
  expect(names.filter((name) => !page.includes(`| \`${name}\` |`))).toEqual([]);
});
