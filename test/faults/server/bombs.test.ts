import { request } from "node:http";
import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { eventually, KEY, removeState, type StartedServer, span, startServer } from "../../server/harness.ts";
import { report } from "../form.ts";
import { type Bomb, bombs, type RawRequest, rawRequests } from "./bombs.ts";
import { doorsOf } from "./routes.ts";

/** What a client waits for at most; an answer that takes longer fails the test as one that never came. */
const PATIENCE_MS = 15_000;

let server: StartedServer;

beforeAll(async () => {
  server = await startServer();
});

afterAll(async () => {
  await server.stop();
  removeState(server.state);
});

/** Sends a body with a Content-Length of its own, or in chunks. The status is null if the connection was ended instead. */
function send(bomb: Bomb, chunked: boolean): Promise<{ status: number | null; text: string }> {
  return new Promise((resolve, reject) => {
    const headers: Record<string, string> = {
      authorization: `Bearer ${KEY}`,
      ...bomb.headers,
      ...(chunked ? { "transfer-encoding": "chunked" } : { "content-length": String(bomb.body.length) }),
    };
    const sent = request(server.origin + bomb.path, { method: bomb.method ?? "POST", headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("end", () => resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString() }));
      response.on("error", reject);
    });
    sent.setTimeout(PATIENCE_MS, () => sent.destroy(new Error("No answer")));
    sent.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EPIPE" || error.code === "ECONNRESET") resolve({ status: null, text: String(error) });
      else reject(error);
    });
    sent.end(bomb.body);
  });
}

/** The status that a raw request is answered with; null if the connection ends without one. */
function sendRaw(raw: RawRequest): Promise<number | null> {
  const { hostname, port } = new URL(server.origin);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => {
      const lines = [
        "POST /v1/traces HTTP/1.1",
        `host: ${hostname}:${port}`,
        `authorization: Bearer ${KEY}`,
        "content-type: application/json",
        ...raw.lines,
      ];
      socket.write(`${lines.join("\r\n")}\r\n\r\n${raw.body}`);
      // What is still missing will not come.
      setTimeout(() => socket.end(), 300);
    });
    let text = "";
    const done = () => {
      socket.destroy();
      const [, status] = /^HTTP\/1\.1 (\d{3})/.exec(text) ?? [];
      resolve(status === undefined ? null : Number(status));
    };
    socket.on("data", (chunk) => {
      text += chunk;
      if (text.includes("\r\n\r\n")) done();
    });
    socket.on("close", done);
    socket.on("error", done);
    socket.setTimeout(PATIENCE_MS, () => {
      socket.destroy();
      reject(new Error(`${raw.name}: no answer`));
    });
  });
}

/** A server that is alive takes a span and gives it back. */
async function expectAlive(): Promise<void> {
  const one = span(crypto.randomUUID().replaceAll("-", ""), "alive");
  expect((await server.send([one])).status).toBe(200);
  const run = await server.json<{ name: string; span_count: number }>(`/api/runs/${one.traceId}`);
  expect(run).toMatchObject({ name: "alive", span_count: 1 });
}

describe("bombs and broken encodings", () => {
  test("are refused, and the server lives on", { timeout: 600_000 }, async () => {
    const started = performance.now();
    const statuses: Record<string, number> = {};
    const wrong: string[] = [];
    const slow: { ms: number; what: string }[] = [];
    let cases = 0;
    for (const bomb of bombs(await doorsOf(server))) {
      // Every fifth is sent in chunks, so that its length is not known in advance.
      const chunked = cases++ % 5 === 4;
      const what = `${bomb.method ?? "POST"} ${bomb.path} (${bomb.headers["content-type"]}${chunked ? ", chunked" : ""}): ${bomb.name}`;
      const sent = performance.now();
      try {
        const { status, text } = await send(bomb, chunked);
        statuses[status ?? "ended"] = (statuses[status ?? "ended"] ?? 0) + 1;
        if (!bomb.right.includes(status)) wrong.push(`${what}: ${status} ${text.slice(0, 200)}`);
        else if (status !== 200 && text === "") wrong.push(`${what}: ${status} without a word`);
      } catch (error) {
        wrong.push(`${what}: ${error}`);
      }
      slow.push({ ms: Math.round(performance.now() - sent), what });
    }
    const rawWrong: string[] = [];
    for (const raw of rawRequests()) {
      cases++;
      const status = await sendRaw(raw);
      statuses[status ?? "ended"] = (statuses[status ?? "ended"] ?? 0) + 1;
      if (!raw.right.includes(status)) rawWrong.push(`${raw.name}: ${status}`);
    }
    slow.sort((a, b) => b.ms - a.ms);
    report("S3", {
      cases,
      statuses,
      wrong: wrong.length + rawWrong.length,
      slowest: slow.slice(0, 5),
      over1s: slow.filter(({ ms }) => ms > 1_000).length,
      seconds: Math.round((performance.now() - started) / 1000),
    });
    await expectAlive();
    // What was taken can be projected.
    const waiting = async () => (await server.json<{ log: { waiting: number } }>("/api/health")).log.waiting;
    await eventually(waiting, (rows) => rows === 0, 60_000);
    expect([...wrong, ...rawWrong]).toEqual([]);
    expect(cases).toBeGreaterThanOrEqual(200);
  });
});
