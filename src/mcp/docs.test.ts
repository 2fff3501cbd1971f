import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** From their texts: what they import is for workerd, and for its tests. */
const tools = readdirSync(at("./tools"))
  .filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts"))
  .map((file) => readFileSync(at(`./tools/${file}`), "utf8"))
  .flatMap((text) => {
    const name = /defineTool\(\{\s*name: "(\w+)"/.exec(text)?.[1];
    const scope = /^\s*scope: (?:"(\w+)"|RECORDING_SCOPES)/m.exec(text);
    return name && scope ? [[name, scope[1] ?? "write or ingest"]] : [];
  });

test("the documentation has every tool, with the scope it needs", () => {
  const page = readFileSync(at("../../docs/mcp.md"), "utf8");
  const rows = new Map([...page.matchAll(/^\| `(\w+)` \| ([^|]+?) \|/gm)].map(([, name = "", scope]) => [name, scope]));
  expect(tools.length).toBeGreaterThan(15);
  expect(tools.map(([name = ""]) => [name, rows.get(name)])).toEqual(tools);
});
