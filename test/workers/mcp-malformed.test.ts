import { deflateSync, gzipSync } from "node:zlib";
import { beforeAll, describe, expect, test } from "vitest";
import { newProject, type TestProject } from "./helpers.ts";

let project: TestProject;
beforeAll(async () => {
  project = await newProject();
});

/** Sends a body to /mcp as clients do, but for some headers; null leaves one out. */
function post(body: BodyInit, headers: Record<string, string | null> = {}): Promise<Response> {
  const all = {
    "content-type": "application/json",
    accept: "application/json, text/event-stream",
    ...headers,
  };
  const sent = Object.entries(all).filter((pair): pair is [string, string] => pair[1] !== null);
  return project.fetch("/mcp", { method: "POST", headers: Object.fromEntries(sent), body });
}

/** The status, and the code of the error: JSON-RPC's number, or our own word. */
async function outcome(answer: Response): Promise<[number, unknown]> {
  const { error } = (await answer.json()) as { error: { code: unknown; message: string } };
  expect(error.message).not.toBe("");
  expect(error.message).not.toMatch(/\bat \S+:\d+|internal/i);
  return [answer.status, error.code];
}

const PING = { jsonrpc: "2.0", id: 1, method: "ping" };
const ping = JSON.stringify(PING);
const json = (value: unknown) => JSON.stringify(value);
const deep = (levels: number) =>
  `{"jsonrpc":"2.0","id":1,"method":"ping","params":${'{"a":'.repeat(levels)}1${"}".repeat(levels)}}`;

const PARSE = -32700;
const INVALID = -32600;
const PARAMS = -32602;

describe("at /mcp", () => {
  test.each([
    ["nothing", "", PARSE],
    ["half an object", "{", PARSE],
    ["half a list of lists", "[".repeat(60), PARSE],
    ["words", "hello", PARSE],
    ["a form", "a=1&b=2", PARSE],
    ["XML", "<methodCall/>", PARSE],
    ["two objects", `${ping}${ping}`, PARSE],
    ["a comma too many", '{"jsonrpc":"2.0","id":1,"method":"ping",}', PARSE],
    ["single quotes", "{'jsonrpc':'2.0'}", PARSE],
    ["a comment", `/* ping */${ping}`, PARSE],
    ["NaN", '{"jsonrpc":"2.0","id":NaN,"method":"ping"}', PARSE],
    ["UTF-16", Buffer.from(ping, "utf16le"), PARSE],
    ["bytes that are no text", new Uint8Array([0x7b, 0xff, 0xfe, 0x7d]), PARSE],
    ["null", "null", INVALID],
    ["a number", "1", INVALID],
    ["a string", '"ping"', INVALID],
    ["an object of nothing", "{}", INVALID],
    ["another JSON-RPC", json({ ...PING, jsonrpc: "1.0" }), INVALID],
    ["no JSON-RPC", json({ id: 1, method: "ping" }), INVALID],
    ["no method", json({ jsonrpc: "2.0", id: 1 }), INVALID],
    ["a method that is a number", json({ ...PING, method: 1 }), INVALID],
    ["an id that is null", json({ ...PING, id: null }), INVALID],
    ["an id that is an object", json({ ...PING, id: {} }), INVALID],
    ["an id that is a fraction", json({ ...PING, id: 1.5 }), INVALID],
    ["params in a list", json({ ...PING, params: [1] }), INVALID],
    ["params in a string", json({ ...PING, params: "x" }), INVALID],
    [
      "both a result and an error",
      json({ jsonrpc: "2.0", id: 1, result: {}, error: { code: 1, message: "x" } }),
      INVALID,
    ],
    ["a batch of nothing", "[]", INVALID],
    ["a batch with something else in it", json([PING, 1]), INVALID],
    ["a batch that begins a session twice", json([initialize("2025-03-26", 1), initialize("2025-03-26", 2)]), INVALID],
    ["a long batch", json(Array.from({ length: 101 }, (_, id) => ({ ...PING, id }))), INVALID],
    ["a very long batch", json(Array.from({ length: 20_000 }, (_, id) => ({ ...PING, id }))), INVALID],
    ["more levels than anybody needs", deep(65), "invalid_request"],
    ["levels without end", deep(100_000), "invalid_request"],
    ["lists in lists without end", `${"[".repeat(400_000)}${"]".repeat(400_000)}`, "invalid_request"],
    ["brackets that nobody closes", "[".repeat(400_000), "invalid_request"],
  ] as [string, BodyInit, number | string][])("%s is refused with 400", async (_, body, code) => {
    expect(await outcome(await post(body))).toEqual([400, code]);
  });

  test.each([
    ["1 MiB and more", json({ ...PING, params: { x: "x".repeat(1024 * 1024) } }), {}, 413, "body_too_large"],
    [
      "1 MiB and more in the end",
      gzipSync(Buffer.alloc(50 * 1024 * 1024, 32)),
      { "content-encoding": "gzip" },
      413,
      "body_too_large",
    ],
    ["gzip that is none", "xx", { "content-encoding": "gzip" }, 400, "undecodable_body"],
    ["gzip that breaks off", gzipSync(ping).subarray(0, 20), { "content-encoding": "gzip" }, 400, "undecodable_body"],
    ["deflate", deflateSync(ping), { "content-encoding": "deflate" }, 415, "unsupported_media_type"],
    ["Brotli", "x", { "content-encoding": "br" }, 415, "unsupported_media_type"],
    ["gzip in gzip", gzipSync(gzipSync(ping)), { "content-encoding": "gzip, gzip" }, 415, "unsupported_media_type"],
    ["another type", ping, { "content-type": "text/plain" }, 415, "unsupported_media_type"],
    ["no type", new TextEncoder().encode(ping), { "content-type": null }, 415, "unsupported_media_type"],
    ["an unknown revision", ping, { "mcp-protocol-version": "1999-01-01" }, 400, -32000],
    ["a revision that is no date", ping, { "mcp-protocol-version": "latest" }, 400, PARAMS],
    ["a new revision in the header alone", ping, { "mcp-protocol-version": "2026-07-28" }, 400, PARAMS],
    ["a client that takes no stream", ping, { accept: "application/json" }, 406, -32000],
    ["a client that takes streams only", ping, { accept: "text/event-stream" }, 406, -32000],
    ["a client that takes pages", ping, { accept: "text/html" }, 406, -32000],
    ["a client that does not say what it takes", ping, { accept: null }, 406, -32000],
  ] as [string, BodyInit, Record<string, string | null>, number, number | string][])(
    "%s is refused",
    async (_, body, headers, ...refusal) => {
      expect(await outcome(await post(body, headers))).toEqual(refusal);
    },
  );

  test.each([
    ["another method in the header", { "mcp-method": "tools/call" }, -32020],
    ["no method in the header", { "mcp-method": null }, -32020],
    ["another revision in the header", { "mcp-protocol-version": "2025-11-25" }, -32020],
  ] as [string, Record<string, string | null>, number][])(
    "%s is refused, as proxies go by it",
    async (_, headers, code) => {
      const named = { "mcp-method": "tools/list", "mcp-protocol-version": "2026-07-28", ...headers };
      expect(await outcome(await post(json(modern()), named))).toEqual([400, code]);
    },
  );

  test("a revision of the future is refused, and those that there are named", async () => {
    const headers = { "mcp-method": "tools/list", "mcp-protocol-version": "2030-01-01" };
    const answer = await post(json(modern("2030-01-01")), headers);
    expect(await answer.json()).toMatchObject({ error: { code: -32022, data: { supported: ["2026-07-28"] } } });
    expect(answer.status).toBe(400);
  });

  test("a batch is refused in the new revision, and answered in the old ones", async () => {
    const headers = { "mcp-method": "tools/list", "mcp-protocol-version": "2026-07-28" };
    expect(await outcome(await post(json([modern()]), headers))).toEqual([400, INVALID]);
    const answered = await (await post(json([PING, { ...PING, id: 2 }]))).text();
    expect([...answered.matchAll(/"id":(\d)/g)].map(([, id]) => id)).toEqual(["1", "2"]);
  });

  test.each([
    ["a type with a charset", ping, { "content-type": "application/json; charset=utf-8" }],
    ["a type in capitals", ping, { "content-type": "Application/JSON" }],
    ["gzip", gzipSync(ping), { "content-encoding": "gzip" }],
    ["a byte order mark", `\uFEFF${ping}`, {}],
    ["a session that nobody knows, as there are none", ping, { "mcp-session-id": "x" }],
    ["just under 1 MiB", json({ ...PING, params: { x: "x".repeat(1024 * 1024 - 200) } }), {}],
    ["62 levels", deep(62), {}],
    ["brackets in a string", json({ ...PING, params: { x: "[{".repeat(1_000) } }), {}],
  ] as [string, BodyInit, Record<string, string>][])("%s is answered", async (_, body, headers) => {
    const answer = await post(body, headers);
    expect([answer.status, await answer.text()]).toEqual([200, expect.stringContaining('"result":{}')]);
  });

  test.each(["__proto__", "constructor", "toString", "", "SEARCH_RUNS", "search_runs "])(
    "the tool %j is none, and runs nothing",
    async (name) => {
      const call = { jsonrpc: "2.0", id: 1, method: "tools/call", params: { name, arguments: {} } };
      const text = await (await post(json(call))).text();
      expect(text).toContain(`"code":${PARAMS}`);
    },
  );
});

describe("a client of 2025", () => {
  test.each(["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"])(
    "of %s is taken as it is, without a session",
    async (version) => {
      const answer = await post(json(initialize(version)));
      expect([answer.status, answer.headers.get("mcp-session-id")]).toEqual([200, null]);
      expect(await answer.text()).toContain(`"protocolVersion":"${version}"`);
    },
  );

  test.each(["1999-01-01", "2026-07-28", ""])(
    "that begins with %j is offered the newest it may know",
    async (version) => {
      expect(await (await post(json(initialize(version)))).text()).toContain('"protocolVersion":"2025-11-25"');
    },
  );

  test.each(["GET", "HEAD", "DELETE", "PUT", "PATCH", "OPTIONS"])(
    "finds nothing to %s: no stream, no session to end",
    async (method) => {
      for (const accept of ["text/event-stream", "application/json"]) {
        const answer = await project.fetch("/mcp", { method, headers: { accept, "mcp-session-id": "x" } });
        expect([answer.status, answer.headers.get("allow")]).toEqual([405, "POST"]);
      }
    },
  );

  test.each([
    ["a notification", { jsonrpc: "2.0", method: "notifications/initialized" }],
    ["an answer", { jsonrpc: "2.0", id: 5, result: {} }],
    ["notifications together", [{ jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId: 1 } }]],
  ])("is told that %s has arrived, and no more", async (_, message) => {
    const answer = await post(json(message));
    expect([answer.status, await answer.text()]).toEqual([202, ""]);
  });
});

/** A request of the revision of 2026-07-28, which says in itself what it is. */
function modern(version = "2026-07-28") {
  const _meta = {
    "io.modelcontextprotocol/protocolVersion": version,
    "io.modelcontextprotocol/clientCapabilities": {},
    "io.modelcontextprotocol/clientInfo": { name: "test", version: "1" },
  };
  return { jsonrpc: "2.0", id: 1, method: "tools/list", params: { _meta } };
}

function initialize(protocolVersion: string, id = 1) {
  const params = { protocolVersion, capabilities: {}, clientInfo: { name: "test", version: "1" } };
  return { jsonrpc: "2.0", id, method: "initialize", params };
}
