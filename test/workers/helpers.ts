import { env, exports } from "cloudflare:workers";
import { gzipSync } from "node:zlib";
import { SCOPES, type Scope } from "../../src/context.ts";
import { hashSecret, newSecret } from "../../src/domain/access/secrets.ts";
import type { Run } from "../../src/domain/runs/schema.ts";
import { placeProject } from "../../src/domain/shards/place.ts";

/** A project of its own with a key, so that tests do not see each other's rows. */
export interface TestProject {
  id: string;
  key: string;
  fetch(path: string, init?: RequestInit): Promise<Response>;
  json<T>(path: string, init?: RequestInit): Promise<T>;
  sendTraces(body: unknown, init?: { gzip?: boolean; headers?: Record<string, string> }): Promise<Response>;
}

export async function newProject(scopes: readonly Scope[] = SCOPES): Promise<TestProject> {
  const id = `p${crypto.randomUUID().slice(0, 8)}`;
  const key = await newKey(id, scopes);
  await env.DB.prepare("INSERT INTO projects (id, name, created_at, shard) VALUES (?, ?, ?, ?)")
    .bind(id, id, Date.now(), await placeProject(env))
    .run();
  const fetch = (path: string, init: RequestInit = {}) => {
    const headers = new Headers(init.headers);
    if (!headers.has("authorization")) headers.set("authorization", `Bearer ${key}`);
    return request(path, { ...init, headers });
  };
  return {
    id,
    key,
    fetch,
    json: async <T>(path: string, init?: RequestInit) => (await fetch(path, init)).json() as Promise<T>,
    sendTraces: (body, { gzip = false, headers = {} } = {}) => {
      const text = JSON.stringify(body);
      return fetch("/v1/traces", {
        method: "POST",
        headers: { "content-type": "application/json", ...(gzip ? { "content-encoding": "gzip" } : {}), ...headers },
        body: gzip ? gzipSync(text) : text,
      });
    },
  };
}

/** Another key of a project. */
export async function newKey(projectId: string, scopes: readonly Scope[]): Promise<string> {
  const key = newSecret("rl");
  await env.DB.prepare(
    "INSERT INTO api_keys (hash, id, project_id, name, scopes, created_at) VALUES (?, ?, ?, 'test', ?, ?)",
  )
    .bind(hashSecret(key), crypto.randomUUID(), projectId, JSON.stringify(scopes), Date.now())
    .run();
  return key;
}

/** A request to the Worker, as a client without a key makes it. */
export function request(path: string, init?: RequestInit): Promise<Response> {
  return exports.default.fetch(new Request(`https://runlight.test${path}`, init));
}

export const hex = (bytes: number): string =>
  [...crypto.getRandomValues(new Uint8Array(bytes))].map((byte) => byte.toString(16).padStart(2, "0")).join("");

export interface TestSpan {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  startTimeUnixNano: string;
  endTimeUnixNano: string;
  attributes?: { key: string; value: unknown }[];
  status?: { code: number; message?: string };
}

/** Some time today, in nanoseconds that a float could not hold. */
export const T0 = BigInt(Date.now()) * 1_000_000n + 123_457n;

/** A span that began `offsetMs` after T0 and took `lengthMs`. */
export function span(
  traceId: string,
  name: string,
  offsetMs = 0,
  lengthMs = 100,
  more: Partial<TestSpan> = {},
): TestSpan {
  const start = T0 + BigInt(offsetMs) * 1_000_000n;
  return {
    traceId,
    spanId: hex(8),
    name,
    startTimeUnixNano: String(start),
    endTimeUnixNano: String(start + BigInt(lengthMs) * 1_000_000n),
    ...more,
  };
}

/** Attributes of a model call in the current GenAI conventions. */
export function callAttributes(model: string, input: number, output: number) {
  return [
    { key: "gen_ai.operation.name", value: { stringValue: "chat" } },
    { key: "gen_ai.provider.name", value: { stringValue: "openai" } },
    { key: "gen_ai.response.model", value: { stringValue: model } },
    { key: "gen_ai.usage.input_tokens", value: { intValue: String(input) } },
    { key: "gen_ai.usage.output_tokens", value: { intValue: String(output) } },
  ];
}

/** An export request of one service. */
export function traces(spans: TestSpan[], service = "test-service") {
  return {
    resourceSpans: [
      {
        resource: { attributes: [{ key: "service.name", value: { stringValue: service } }] },
        scopeSpans: [{ scope: { name: "test" }, spans }],
      },
    ],
  };
}

/** A log record of a span, as OTLP/JSON writes it. */
export function record(traceId: string, spanId: string, eventName: string, body: unknown, offsetMs = 0) {
  return {
    timeUnixNano: String(T0 + BigInt(offsetMs) * 1_000_000n),
    eventName,
    body,
    attributes: [],
    traceId,
    spanId,
  };
}

/** A log export of one service. */
export function logs(records: unknown[], scope = "test") {
  return {
    resourceLogs: [{ resource: { attributes: [] }, scopeLogs: [{ scope: { name: scope }, logRecords: records }] }],
  };
}

/** Asks until the answer fits, for what happens behind the acknowledgement. */
export async function eventually<T>(
  ask: () => Promise<T>,
  fits: (answer: T) => boolean,
  withinMs = 10_000,
): Promise<T> {
  const end = Date.now() + withinMs;
  for (;;) {
    const answer = await ask();
    if (fits(answer)) return answer;
    if (Date.now() > end)
      throw new Error(`It did not happen within ${withinMs} ms. Last answer: ${JSON.stringify(answer).slice(0, 500)}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** The run once its row is in D1 with this many spans. */
export function projectedRun(project: TestProject, runId: string, spans: number): Promise<Run> {
  return eventually(
    async () => (await project.json<{ data: Run[] }>("/api/runs?limit=200")).data.find((run) => run.id === runId),
    (run) => run?.span_count === spans,
  ) as Promise<Run>;
}
