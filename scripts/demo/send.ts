import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { Stop } from "../say.ts";
import type { DemoSpan, Service, Value } from "./spans.ts";
import type { WrittenFile } from "./written.ts";

/** The server that is sent to. */
export interface Target {
  origin: string;
  key: string;
}

const SCOPE = { name: "runlight-demo", version: "1.0.0" };
/** OTLP's numbers. */
const KINDS = { internal: 1, client: 3 };
const ERROR = 2;

/** Tries of one request: a server that is busy for longer has another problem than a demo can wait for. */
const MAX_TRIES = 8;
const DEFAULT_WAIT_S = 1;
const MAX_WAIT_S = 30;

/**
 * An ExportTraceServiceRequest in OTLP JSON.
 * @param startedAt when the run began, in milliseconds since the epoch
 */
export function encode(spans: readonly DemoSpan[], startedAt: number) {
  const byService = Map.groupBy(spans, (span) => span.service);
  return {
    resourceSpans: [...byService].map(([service, own]) => ({
      resource: { attributes: resource(service) },
      scopeSpans: [{ scope: SCOPE, spans: own.map((span) => encodeSpan(span, startedAt)) }],
    })),
  };
}

function resource(service: Service) {
  return [
    attribute("service.name", service.name),
    attribute("service.version", service.version),
    attribute("deployment.environment.name", service.environment),
    attribute("telemetry.sdk.language", "nodejs"),
  ];
}

function encodeSpan(span: DemoSpan, startedAt: number) {
  const { failure } = span;
  const attributes = Object.entries(span.attributes).map(([key, value]) => attribute(key, value));
  if (span.firstChunkMs !== undefined)
    attributes.push({
      key: "gen_ai.response.time_to_first_chunk",
      value: { doubleValue: Math.round(span.firstChunkMs) / 1000 },
    });
  const message = failure?.message ?? span.failedBecause;
  return {
    traceId: span.traceId,
    spanId: span.spanId,
    ...(span.parentSpanId === undefined ? {} : { parentSpanId: span.parentSpanId }),
    name: span.name,
    kind: KINDS[span.kind],
    startTimeUnixNano: nano(startedAt + span.startMs),
    endTimeUnixNano: nano(startedAt + span.endMs),
    attributes,
    ...(failure === undefined
      ? {}
      : {
          events: [
            {
              name: "exception",
              timeUnixNano: nano(startedAt + span.endMs),
              attributes: [
                attribute("exception.type", failure.type),
                attribute("exception.message", failure.message),
                attribute(
                  "exception.stacktrace",
                  [`${failure.type}: ${failure.message}`, ...failure.stack.map((line) => `    at ${line}`)].join("\n"),
                ),
              ],
            },
          ],
        }),
    status: message === undefined ? {} : { code: ERROR, message },
  };
}

/** A float of milliseconds holds microseconds of today, no more. */
export const nano = (ms: number): string => `${Math.round(ms * 1000)}000`;

function attribute(key: string, value: Value) {
  return { key, value: encodeValue(value) };
}

function encodeValue(value: Value): object {
  if (typeof value === "string") return { stringValue: value };
  if (typeof value === "boolean") return { boolValue: value };
  if (typeof value === "number") return Number.isInteger(value) ? { intValue: String(value) } : { doubleValue: value };
  return { arrayValue: { values: value.map(encodeValue) } };
}

/** Throws a sentence unless the server is there and takes the key. */
export async function check(target: Target, signal: AbortSignal): Promise<void> {
  await post(target, { resourceSpans: [] }, { signal, onWait: () => {}, tries: 1 });
}

/** What a request carries. */
interface Content {
  method: "POST" | "PUT";
  headers: { [name: string]: string };
  body: string;
}

interface Options {
  signal: AbortSignal;
  onWait: (seconds: number) => void;
  tries?: number;
}

/** Posts a request; one that the server has no room for now is sent again when it said. */
export function post(target: Target, body: object, options: Options & { path?: string }): Promise<void> {
  // The next try is the same request: what came through without an answer is not done twice.
  const headers = { "content-type": "application/json", "idempotency-key": randomUUID() };
  return send(target, options.path ?? "/v1/traces", { method: "POST", headers, body: JSON.stringify(body) }, options);
}

/** Keeps a file of a run, in the same way. Sent twice it is one file, as its bytes are the same. */
export function putFile(target: Target, runId: string, file: WrittenFile, options: Options): Promise<void> {
  const headers = {
    "content-type": file.content_type,
    "x-entity-type": file.entity_type,
    "x-tags": JSON.stringify(file.tags),
  };
  const path = `/api/runs/${runId}/artifacts/${encodeURIComponent(file.name)}`;
  return send(target, path, { method: "PUT", headers, body: file.body }, options);
}

async function send(target: Target, path: string, content: Content, options: Options): Promise<void> {
  const tries = options.tries ?? MAX_TRIES;
  for (let attempt = 1; ; attempt++) {
    const response = await request(target, path, content, options.signal);
    if (response?.ok) return await refuseLoss(response);
    const passing = response === undefined || response.status === 503 || response.status === 429;
    if (!passing || attempt >= tries) throw await reason(target, response);
    const seconds = waitSeconds(response);
    options.onWait(seconds);
    await sleep(seconds * 1000, undefined, { signal: options.signal });
  }
}

/** undefined when no server answered. */
async function request(
  target: Target,
  path: string,
  { method, headers, body }: Content,
  signal: AbortSignal,
): Promise<Response | undefined> {
  try {
    return await fetch(`${target.origin}${path}`, {
      method,
      headers: { ...headers, authorization: `Bearer ${target.key}` },
      body,
      signal,
    });
  } catch (error) {
    if (signal.aborted) throw error;
    return undefined;
  }
}

function waitSeconds(response: Response | undefined): number {
  const asked = Number(response?.headers.get("retry-after") ?? Number.NaN);
  return Number.isFinite(asked) && asked >= 0 ? Math.min(asked, MAX_WAIT_S) : DEFAULT_WAIT_S;
}

async function refuseLoss(response: Response): Promise<void> {
  const answer = (await response.json().catch(() => ({}))) as {
    partialSuccess?: { rejectedSpans?: string | number; errorMessage?: string };
  };
  const lost = Number(answer.partialSuccess?.rejectedSpans ?? 0);
  if (lost > 0) throw new Stop(`The server rejected ${lost} spans: ${answer.partialSuccess?.errorMessage}`);
}

async function reason({ origin }: Target, response: Response | undefined): Promise<Stop> {
  if (response === undefined)
    return new Stop(
      `No server answers at ${origin}. Start one with "npm start", or give the address of yours: RUNLIGHT_URL=… npm run demo`,
    );
  if (response.status === 401 || response.status === 403)
    return new Stop(
      `The server at ${origin} refused the API key. Set RUNLIGHT_API_KEY to the key that "npm start" printed.`,
    );
  const answer = (await response.json().catch(() => ({}))) as { message?: string; error?: { message?: string } };
  const message = answer.error?.message ?? answer.message;
  return new Stop(`The server at ${origin} answered ${response.status}${message ? `: ${message}` : "."}`);
}
