import { createExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, test } from "vitest";
import { app } from "../../src/app.ts";
import { newProject, type TestProject } from "./helpers.ts";

let project: TestProject;
beforeAll(async () => {
  project = await newProject();
});

const PING = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "ping" });

/** A ping by a client that has a key, under some host and origin. */
async function ping(url: string, headers: Record<string, string>, vars: Partial<Env> = {}): Promise<Response> {
  const init = {
    method: "POST",
    body: PING,
    headers: {
      authorization: `Bearer ${project.key}`,
      "content-type": "application/json",
      accept: "application/json, text/event-stream",
      ...headers,
    },
  };
  return app.fetch(new Request(url, init), { ...env, ...vars }, createExecutionContext());
}

const URL_OF_MCP = "https://runlight.test/mcp";

/** Origins that are not ours, and what claims to be one. */
const FOREIGN: [string][] = [
  ["https://evil.example"],
  ["http://evil.example"],
  ["null"],
  ["NULL"],
  [""],
  ["https://runlight.test.evil.example"],
  ["https://evilrunlight.test"],
  ["https://evil.example/runlight.test"],
  ["https://runlight.test@evil.example"],
  ["https://evil.example#https://runlight.test"],
  ["https://evil.example?https://runlight.test"],
  ["https://runlight.test:8443"],
  ["https://runlight.test:443"],
  ["https://runlight.test."],
  ["https://runlight.test/"],
  ["https://runlight.test/mcp"],
  ["https://user@runlight.test"],
  ["https://sub.runlight.test"],
  ["https://test"],
  ["//runlight.test"],
  ["runlight.test"],
  ["https:runlight.test"],
  ["https://"],
  ["https://runlight.test, https://evil.example"],
  ["https://evil.example, https://runlight.test"],
  ["https://runlight.test https://evil.example"],
  ["file://"],
  ["file://runlight.test"],
  ["chrome-extension://abcdefghijklmnop"],
  ["moz-extension://runlight.test"],
  ["data:text/html,x"],
  ["javascript:alert(1)"],
  ["ftp://runlight.test"],
  ["wss://runlight.test"],
  ["http://localhost"],
  ["http://127.0.0.1:8787"],
  ["http://[::1]"],
  ["https://runlight.test\\@evil.example"],
  ["https://RUNLIGHT.test.evil.example"],
  ["*"],
  ["HTTPS://RUNLIGHT.TEST"],
  ["https://xn--runlght-cwa.test"],
  ["https://runlight%2etest"],
  ["https://runlight.test%00.evil.example"],
  ["https://runlight.test:0443"],
  ["https://runlight.test:"],
  ["https://runlight..test"],
  ["https://[::ffff:127.0.0.1]"],
  ["https://2130706433"],
  ["blob:https://runlight.test/0000"],
  ["about:blank"],
  ["undefined"],
];

describe("the Origin header", () => {
  test("the table is long", () => expect(FOREIGN.length).toBeGreaterThanOrEqual(50));

  test.each(FOREIGN)("%j is refused, with or without a key", async (origin) => {
    for (const credentials of [{}, { authorization: "" }]) {
      const answer = await ping(URL_OF_MCP, { origin, ...credentials });
      expect([answer.status, answer.headers.get("access-control-allow-origin")]).toEqual([403, null]);
      expect(await answer.json()).toMatchObject({ error: { code: "forbidden" } });
    }
  });

  test.each([
    [{}],
    [{ origin: "https://runlight.test" }],
    // TLS may end at a proxy before us.
    [{ origin: "http://runlight.test" }],
  ])("%j is let in", async (headers: Record<string, string>) => {
    expect((await ping(URL_OF_MCP, headers)).status).toBe(200);
  });

  test("of ALLOWED_ORIGINS is let in, and its browser told so; its preflight needs no key", async () => {
    const vars = { ALLOWED_ORIGINS: "https://one.example, https://two.example" };
    const origin = "https://two.example";
    const answer = await ping(URL_OF_MCP, { origin }, vars);
    expect([answer.status, answer.headers.get("access-control-allow-origin")]).toEqual([200, origin]);
    expect((await ping(URL_OF_MCP, { origin: "https://three.example" }, vars)).status).toBe(403);
    const unknown = await ping(URL_OF_MCP, { origin, authorization: "Bearer no" }, vars);
    expect([unknown.status, unknown.headers.get("access-control-allow-origin")]).toEqual([401, origin]);
    const preflight = await app.fetch(
      new Request(URL_OF_MCP, { method: "OPTIONS", headers: { origin } }),
      { ...env, ...vars },
      createExecutionContext(),
    );
    expect([preflight.status, preflight.headers.get("access-control-allow-methods")]).toEqual([204, "POST"]);
  });
});

const LOCAL = { ALLOWED_HOSTS: "localhost,127.0.0.1,[::1]" };

describe("a server that names its hosts", () => {
  test.each([
    ["evil.example"],
    ["evil.example:8787"],
    ["localhost.evil.example"],
    ["localhost.evil.example:8787"],
    ["127.0.0.1.evil.example"],
    ["evil-localhost"],
    ["localhost@evil.example"],
    ["localhost:80@evil.example"],
    ["evil.example/localhost"],
    ["localhost."],
    ["127.0.0.2"],
    ["0.0.0.0"],
    ["192.168.1.10:8787"],
    ["10.0.0.1"],
    ["[::2]"],
    ["[::]:8787"],
    ["[::ffff:127.0.0.1]"],
    ["localhost:8787:1"],
    ["localhost:"],
    ["localhost:port"],
    ["localhost,evil.example"],
    ["rebind.it:8787"],
    ["2130706433"],
    ["0x7f000001"],
    ["0177.0.0.1"],
    ["127.1"],
    ["127.0.0.1."],
    ["xn--localhost-cwa"],
    ["localhost%00"],
    ["localhost\\\\@evil.example"],
    ["[::1"],
    ["::1"],
    ["[0:0:0:0:0:0:0:1]"],
  ])("does not answer for %j", async (host) => {
    for (const path of ["mcp", ".well-known/oauth-protected-resource/mcp", ".well-known/oauth-authorization-server"]) {
      const answer = await ping(`http://127.0.0.1:8787/${path}`, { host }, LOCAL);
      expect([path, answer.status]).toEqual([path, 403]);
    }
  });

  test.each([
    ["http://evil.example:8787", {}],
    ["http://evil.example:8787", { host: "localhost:8787" }],
    ["http://127.0.0.1.evil.example", {}],
    // The page of the rebound name is of its own origin, and that does not help it.
    ["http://evil.example:8787", { origin: "http://evil.example:8787" }],
  ])("does not answer at %s with %j", async (origin, headers: Record<string, string>) => {
    expect((await ping(`${origin}/mcp`, headers, LOCAL)).status).toBe(403);
  });

  test.each(["localhost", "LOCALHOST:8787", "localhost:1", "127.0.0.1:8787", "[::1]:8787", "[::1]"])(
    "answers for %s",
    async (host) => {
      expect((await ping("http://127.0.0.1:8787/mcp", { host }, LOCAL)).status).toBe(200);
    },
  );

  test("still refuses the pages of its other ports", async () => {
    const host = "localhost:8787";
    const there = await ping("http://localhost:8787/mcp", { host, origin: "http://localhost:8787" }, LOCAL);
    const other = await ping("http://localhost:8787/mcp", { host, origin: "http://localhost:3000" }, LOCAL);
    expect([there.status, other.status]).toEqual([200, 403]);
  });
});

describe("a body", () => {
  test.each([
    "text/plain",
    "",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "application/jsonp",
    "text/json",
  ])("of the type %j is refused, as a form of another page could send it", async (type) => {
    expect((await ping(URL_OF_MCP, { "content-type": type })).status).toBe(415);
  });

  test("over 1 MiB is refused", async () => {
    const headers = {
      authorization: `Bearer ${project.key}`,
      "content-type": "application/json",
      accept: "application/json, text/event-stream",
    };
    const send = (body: string) => project.fetch("/mcp", { method: "POST", headers, body });
    expect((await send(`"${"x".repeat(1024 * 1024)}"`)).status).toBe(413);
    expect((await send("{")).status).toBe(400);
  });
});
