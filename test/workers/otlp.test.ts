import { env } from "cloudflare:workers";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import type { Run } from "../../src/domain/runs/schema.ts";
import { hex, newKey, newProject, request, span, traces } from "./helpers.ts";

const JSON_TYPE = { "content-type": "application/json" };
const PROTOBUF_TYPE = { "content-type": "application/x-protobuf" };
const bytes = async (response: Response) => [...new Uint8Array(await response.arrayBuffer())];

/** The message of a google.rpc.Status in protobuf: field 2, shorter than 128 bytes or of two length bytes. */
function statusMessage(body: number[]): string {
  const at = body.indexOf(0x12);
  const long = (body[at + 1] ?? 0) >= 128;
  return new TextDecoder().decode(new Uint8Array(body.slice(at + (long ? 3 : 2))));
}

describe("POST /v1/traces", () => {
  test("answers full success with 200, in the type of the request, without partial_success", async () => {
    const project = await newProject();
    const json = await project.sendTraces(traces([span(hex(16), "a")]));
    expect([json.status, json.headers.get("content-type"), await json.text()]).toEqual([200, "application/json", "{}"]);
    const protobuf = await project.fetch("/v1/traces", {
      method: "POST",
      headers: PROTOBUF_TYPE,
      body: new Uint8Array(0),
    });
    expect([protobuf.status, protobuf.headers.get("content-type"), await bytes(protobuf)]).toEqual([
      200,
      "application/x-protobuf",
      [],
    ]);
  });

  test.each(["{}", '{"resourceSpans":[]}', '{"resourceSpans":[{"scopeSpans":[{"spans":[]}]}]}'])(
    "takes the empty request %s",
    async (body) => {
      const project = await newProject();
      const response = await project.fetch("/v1/traces", { method: "POST", headers: JSON_TYPE, body });
      expect([response.status, await response.text()]).toEqual([200, "{}"]);
    },
  );

  test.each(["/v1/traces", "/otel/v1/traces", "/api/otel/v1/traces", "/api/public/otel/v1/traces"])(
    "is found at %s too",
    async (path) => {
      const project = await newProject();
      const one = span(hex(16), "here");
      const body = JSON.stringify(traces([one]));
      expect((await project.fetch(path, { method: "POST", headers: JSON_TYPE, body })).status).toBe(200);
      expect(await project.json<Run>(`/api/runs/${one.traceId}`)).toMatchObject({ name: "here" });
    },
  );

  test("takes a charset in the content type and upper-case ids", async () => {
    const project = await newProject();
    const one = span(hex(16).toUpperCase(), "upper");
    const response = await project.sendTraces(traces([one]), {
      headers: { "content-type": "application/json; charset=utf-8" },
    });
    expect(response.status).toBe(200);
    expect(await project.json<Run>(`/api/runs/${one.traceId.toLowerCase()}`)).toMatchObject({ span_count: 1 });
  });

  test("keeps the good spans of a request and says how many it refused, and why", async () => {
    const project = await newProject();
    const good = span(hex(16), "good");
    const bad = [span("00", "short"), span("0".repeat(32), "zero"), { ...span(hex(16), "bad span id"), spanId: "xyz" }];
    const response = await project.sendTraces(traces([good, ...bad]));
    expect(response.status).toBe(200);
    const { partialSuccess } = (await response.json()) as {
      partialSuccess: { rejectedSpans: string; errorMessage: string };
    };
    expect(partialSuccess.rejectedSpans).toBe("3");
    expect(partialSuccess.errorMessage).toMatch(/^3 spans rejected: .+/);
    expect(await project.json<Run>(`/api/runs/${good.traceId}`)).toMatchObject({ span_count: 1 });
  });

  test.each([
    ["no JSON", 400, JSON_TYPE, "{not json"],
    ["JSON of another shape", 400, JSON_TYPE, '"text"'],
    ["truncated protobuf", 400, PROTOBUF_TYPE, new Uint8Array([0x0a, 0x7f, 0x01])],
    ["bad gzip", 400, { ...JSON_TYPE, "content-encoding": "gzip" }, "this is not gzip"],
    ["an unknown coding", 415, { ...JSON_TYPE, "content-encoding": "br" }, "{}"],
    ["an unknown type", 415, { "content-type": "text/plain" }, "{}"],
    ["no type", 415, {}, new Uint8Array([1])],
    ["a body over 20 MiB", 413, JSON_TYPE, " ".repeat(20 * 1024 * 1024 + 1)],
    [
      "a body over 20 MiB once inflated",
      413,
      { ...JSON_TYPE, "content-encoding": "gzip" },
      gzipSync(Buffer.alloc(21 * 1024 * 1024)),
    ],
  ])("refuses %s with %i and a google.rpc.Status", async (_, status, headers, body) => {
    const project = await newProject();
    const response = await project.fetch("/v1/traces", {
      method: "POST",
      headers: headers as HeadersInit,
      body: body as BodyInit,
    });
    expect(response.status).toBe(status);
    if (response.headers.get("content-type") === "application/x-protobuf") {
      expect(statusMessage(await bytes(response))).toMatch(/\w+ \w+/);
    } else {
      expect(await response.json()).toEqual({ code: expect.any(Number), message: expect.stringMatching(/\w+ \w+/) });
    }
    expect(response.headers.get("retry-after")).toBeNull();
  });

  test("answers errors in the type of the request", async () => {
    const response = await request("/v1/traces", { method: "POST", headers: PROTOBUF_TYPE, body: new Uint8Array(0) });
    expect([response.status, response.headers.get("content-type")]).toEqual([401, "application/x-protobuf"]);
    expect(statusMessage(await bytes(response))).toContain("API key");
  });

  test("takes POST only", async () => {
    const project = await newProject();
    const response = await project.fetch("/v1/traces");
    expect([response.status, response.headers.get("allow")]).toEqual([405, "POST"]);
  });

  test("answers 503 with Retry-After when the log cannot be written, and the same request later is no double", async () => {
    const project = await newProject();
    const one = span(hex(16), "one");
    const dayAgo = String(BigInt(Date.now() - 30 * 3_600_000) * 1_000_000n);
    const old = { ...one, startTimeUnixNano: dayAgo, endTimeUnixNano: dayAgo };
    // An old run makes the log ask D1, which is down.
    await env.DB.prepare("ALTER TABLE runs RENAME TO runs_away").run();
    try {
      const response = await project.sendTraces(traces([old]));
      expect([response.status, response.headers.get("retry-after")]).toEqual([503, "1"]);
      expect(await response.json()).toEqual({ code: 14, message: expect.stringContaining("again") });
    } finally {
      await env.DB.prepare("ALTER TABLE runs_away RENAME TO runs").run();
    }
    for (let n = 0; n < 2; n++) expect((await project.sendTraces(traces([old]))).status).toBe(200);
    expect(await project.json<Run>(`/api/runs/${one.traceId}`)).toMatchObject({ span_count: 1, last_seq: 1 });
  });

  test.each(["Bearer KEY", "KEY", `Basic ${"{b64}"}`])("takes the key as Authorization: %s", async (form) => {
    const project = await newProject();
    const authorization = form.replace("KEY", project.key).replace("{b64}", btoa(`pk-anything:${project.key}`));
    expect((await project.sendTraces({}, { headers: { authorization } })).status).toBe(200);
  });

  test("takes the key as x-api-key", async () => {
    const project = await newProject();
    const headers = { ...JSON_TYPE, "x-api-key": project.key };
    expect((await request("/v1/traces", { method: "POST", headers, body: "{}" })).status).toBe(200);
  });

  test("refuses a key without the scope to ingest", async () => {
    const project = await newProject();
    const reader = await newKey(project.id, ["read"]);
    const response = await project.sendTraces(traces([span(hex(16), "no")]), {
      headers: { authorization: `Bearer ${reader}` },
    });
    expect([response.status, ((await response.json()) as { code: number }).code]).toEqual([403, 7]);
  });

  test("takes logs and metrics that come unasked", async () => {
    const project = await newProject();
    for (const path of ["/v1/logs", "/v1/metrics"]) {
      const response = await project.fetch(path, { method: "POST", headers: JSON_TYPE, body: "{}" });
      expect([response.status, await response.text()]).toEqual([200, "{}"]);
    }
  });
});
