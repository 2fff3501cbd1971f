import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { fill, readClients } from "../../../test/clients/clients.ts";
import { mcpClients } from "./connect/mcp-clients.ts";
import { CLIENTS, COMMON, snippets } from "./snippets.ts";

const ORIGIN = "https://runlight.example";
const KEY = "rl_key";
const all = snippets(ORIGIN, KEY, Date.parse("2026-11-21T12:00:00Z"));
const programs = readClients();
const program = (id: string) => programs.find((each) => each.id === id);

it("carries the real endpoint and key in every snippet", () => {
  for (const { id, blocks } of all) {
    const text = blocks.map((block) => block.text).join("\n");
    expect(text, id).toContain(ORIGIN);
    expect(text, id).toContain(KEY);
    expect(text, id).not.toContain("{{");
  }
});

it("sends valid OTLP with curl, a new trace each time", () => {
  const body = (text = "") => JSON.parse(/-d '(.*)'$/s.exec(text)?.[1] ?? "null");
  const span = body(all[0]?.blocks[0]?.text).resourceSpans[0].scopeSpans[0].spans[0];
  expect(span).toMatchObject({
    traceId: expect.stringMatching(/^[0-9a-f]{32}$/),
    spanId: expect.stringMatching(/^[0-9a-f]{16}$/),
    startTimeUnixNano: "1795262398800000000",
    endTimeUnixNano: "1795262400000000000",
  });
  const later = body(snippets("https://r.example", "k", Date.parse("2026-11-21T12:00:05Z"))[0]?.blocks[0]?.text);
  expect(later.resourceSpans[0].scopeSpans[0].spans[0].traceId).not.toBe(span.traceId);
});

it("shows a program of test/clients for each, and each program is shown", () => {
  expect(all.map(({ id }) => id).sort()).toEqual(programs.map(({ id }) => id).sort());
  expect(all.map(({ id }) => id)).toEqual(expect.arrayContaining([...COMMON]));
});

describe.each(CLIENTS.map((client) => [client.id, client] as const))("%s", (id, { packages, blocks }) => {
  it("is what its program has between its marks", () => {
    expect(blocks).toEqual(program(id)?.blocks);
  });

  it("installs what the program was run with", () => {
    const versions = program(id)?.versions ?? {};
    for (const each of packages) {
      const [, name = "", wanted = ""] = /^(.+?)(?:@([\d.]+))?$/.exec(each) ?? [];
      expect(versions[name], `${each}, in the program's package.json`).toMatch(new RegExp(`^${wanted}`));
    }
  });
});

describe("the docs", () => {
  const docs = readDoc("docs/clients.md");
  const readme = readDoc("README.md");
  const shown = (text: string) => fill(text, "http://127.0.0.1:8787", "rl_YOUR_KEY");

  it.each(CLIENTS.map((client) => [client.id, client] as const))(
    "show %s as it was run, with its versions",
    (id, { blocks }) => {
      for (const { lang, text } of blocks) expect(docs).toContain(`\`\`\`${lang}\n${shown(text)}\n\`\`\``);
      const versions = Object.entries(program(id)?.versions ?? {}).map(([name, version]) => `${name} ${version}`);
      expect(docs).toContain(`Run with ${versions.join(", ")}.`);
    },
  );

  it("agree with the README", () => {
    const code = /```(?:sh|js)\n(.*?)\n```/gs;
    const lines = [...readme.matchAll(code)]
      .map(([, text]) => text ?? "")
      .filter((text) => text.includes("rl_YOUR_KEY"));
    expect(lines.length).toBeGreaterThan(5);
    const known = CLIENTS.flatMap(({ blocks }) => blocks.map(({ text }) => shown(text)));
    known.push(
      ...mcpClients("http://127.0.0.1:8787", "rl_YOUR_KEY").flatMap(({ pastes }) => pastes.map(({ text }) => text)),
    );
    for (const text of lines) expect(known).toContain(text);
  });
});

function readDoc(path: string): string {
  return readFileSync(new URL(`../../../${path}`, import.meta.url), "utf8");
}
