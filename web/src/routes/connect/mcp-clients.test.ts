import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { isLocal, mcpClients } from "./mcp-clients.ts";

const ORIGIN = "https://runlight.example.com";
const find = (id: string, key: string | null) => mcpClients(ORIGIN, key).find((client) => client.id === id);
const texts = (id: string, key: string | null = null) => find(id, key)?.pastes.map(({ text }) => text);

test("every line has this deployment's address, and a key only where one is sent", () => {
  for (const key of [null, "rl_k"]) {
    for (const { id, pastes, link } of mcpClients(ORIGIN, key)) {
      const all = pastes.map(({ text }) => text).join("\n");
      expect(all, id).toContain(`${ORIGIN}/mcp`);
      if (key === null) expect(`${all} ${link?.href}`, id).not.toMatch(/Bearer|KEY|headers/i);
    }
  }
});

test("command lines are those of the clients", () => {
  expect(texts("claude-code")).toEqual([`claude mcp add --transport http runlight ${ORIGIN}/mcp`]);
  expect(texts("claude-code", "rl_k")).toEqual([
    `claude mcp add --transport http runlight ${ORIGIN}/mcp --header "Authorization: Bearer rl_k"`,
  ]);
  expect(texts("codex")?.[0]).toBe(`codex mcp add runlight --url ${ORIGIN}/mcp\ncodex mcp login runlight`);
  expect(texts("codex", "rl_k")?.[1]).toBe(
    `[mcp_servers.runlight]\nurl = "${ORIGIN}/mcp"\nbearer_token_env_var = "RUNLIGHT_API_KEY"`,
  );
  expect(texts("vscode")?.[0]).toBe(`code --add-mcp '{"name":"runlight","type":"http","url":"${ORIGIN}/mcp"}'`);
});

test("links hold what the files hold", () => {
  const cursor = new URL(find("cursor", "rl_k")?.link?.href ?? "");
  expect(JSON.parse(atob(cursor.searchParams.get("config") ?? ""))).toEqual({
    url: `${ORIGIN}/mcp`,
    headers: { Authorization: "Bearer rl_k" },
  });
  const [, code = ""] = find("vscode", null)?.link?.href.split("?") ?? [];
  expect(JSON.parse(decodeURIComponent(code))).toEqual({ name: "runlight", type: "http", url: `${ORIGIN}/mcp` });
});

test("a file for a repository asks for the key", () => {
  const [, file = ""] = texts("vscode", "rl_secret") ?? [];
  expect(file).not.toContain("rl_secret");
  expect(JSON.parse(file).servers.runlight.headers).toEqual({ Authorization: `Bearer \${input:runlight-key}` });
});

test.each([
  ["localhost", true],
  ["127.0.0.1", true],
  ["192.168.1.7", true],
  ["[::1]", true],
  ["runlight.example.com", false],
  ["172.200.example.com", false],
])("%s is local: %s", (hostname, local) => {
  expect(isLocal(hostname)).toBe(local);
});

test("the documentation shows the same lines", () => {
  const page = readFileSync(fileURLToPath(new URL("../../../../docs/mcp.md", import.meta.url)), "utf8");
  for (const key of [null, "rl_YOUR_KEY"]) {
    for (const { id, title, pastes } of mcpClients("https://runlight.example.com", key)) {
      if (id === "other" || id === "claude" || id === "chatgpt") continue;
      expect(page).toContain(title);
      for (const { text } of pastes) expect(page, id).toContain(text);
    }
  }
});
