import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { afterEach, describe, expect, test } from "vitest";
import { parseFlags } from "./flags.ts";
import { check, post, putFile } from "./send.ts";

const servers: (() => void)[] = [];
afterEach(() => {
  for (const close of servers.splice(0)) close();
});

/** A server that gives these answers, one a request. */
async function answering(...answers: { status: number; headers?: Record<string, string>; body?: unknown }[]) {
  let requests = 0;
  const server = createServer((request, response) => {
    request.resume();
    const { status, headers, body } = answers[requests++] ?? { status: 500 };
    response.writeHead(status, { ...headers, connection: "close" }).end(JSON.stringify(body ?? {}));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  servers.push(() => server.close());
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { target: { origin, key: "rl_key" }, requests: () => requests };
}

const { signal } = new AbortController();

describe("sending", () => {
  test("waits as long as a 503 says, and sends again", async () => {
    const server = await answering({ status: 503, headers: { "retry-after": "0" } }, { status: 200 });
    const waits: number[] = [];
    await post(server.target, {}, { signal, onWait: (seconds) => waits.push(seconds) });
    expect({ waits, requests: server.requests() }).toEqual({ waits: [0], requests: 2 });
  });

  test("puts a file under its name, with what it is", async () => {
    const heard: unknown[] = [];
    const server = createServer(async (request, response) => {
      const { "content-type": type, "x-entity-type": entity, "x-tags": tags } = request.headers;
      heard.push([request.method, request.url, type, entity, tags, await text(request)]);
      response.end("{}");
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    servers.push(() => server.close());
    const target = { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, key: "rl_key" };
    const file = {
      atMs: 0,
      name: "a b.md",
      content_type: "text/markdown",
      entity_type: "report",
      tags: { a: "1" },
      body: "#",
    };
    await putFile(target, "run_1", file, { signal, onWait: () => {} });
    expect(heard).toEqual([["PUT", "/api/runs/run_1/artifacts/a%20b.md", "text/markdown", "report", '{"a":"1"}', "#"]]);
  });

  test("gives up after its tries", async () => {
    const busy = { status: 503, headers: { "retry-after": "0" }, body: { message: "The log is full." } };
    const { target } = await answering(busy, busy);
    await expect(post(target, {}, { signal, onWait: () => {}, tries: 2 })).rejects.toThrow(
      `The server at ${target.origin} answered 503: The log is full.`,
    );
  });

  test("says that the key was refused", async () => {
    const { target } = await answering({ status: 401 });
    await expect(check(target, signal)).rejects.toThrow(/refused the API key\. Set RUNLIGHT_API_KEY/);
  });

  test("says that no server answers", async () => {
    await expect(check({ origin: "http://127.0.0.1:1", key: "k" }, signal)).rejects.toThrow(/No server answers at/);
  });

  test("tells of spans that were rejected", async () => {
    const body = { partialSuccess: { rejectedSpans: "2", errorMessage: "bad ids" } };
    const { target } = await answering({ status: 200, body });
    await expect(check(target, signal)).rejects.toThrow("The server rejected 2 spans: bad ids");
  });
});

describe("flags", () => {
  test.each([
    [[], { forever: false, speed: 1 }],
    [["--once"], { forever: false, speed: 1 }],
    [["--forever", "--speed", "10"], { forever: true, speed: 10 }],
    [["--speed=0.5"], { forever: false, speed: 0.5 }],
  ])("%j", (args, flags) => {
    expect(parseFlags(args)).toEqual(flags);
  });

  test.each([
    [["--fast"], "The demo does not know --fast. It takes --once, --forever and --speed N"],
    [["--speed"], "--speed needs a number above 0"],
    [["--speed", "0"], "--speed needs a number above 0"],
    [["--speed", "quick"], "--speed needs a number above 0"],
  ])("%j is refused in a sentence", (args, sentence) => {
    expect(() => parseFlags(args)).toThrow(sentence);
  });
});
