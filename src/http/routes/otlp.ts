import type { Context, MiddlewareHandler } from "hono";
import { Hono } from "hono";
import { dropMetrics, ingestLogs } from "../../domain/ingest/ingest-logs.ts";
import { ingestTraces } from "../../domain/ingest/ingest-traces.ts";
import { AppError, ERROR_CODES, type ErrorCode } from "../../errors.ts";
import { countDataPoints, decodeLogs, decodeTraces, type OtlpType } from "../../otlp/decode/index.ts";
import { encodeEmptyResponse, encodeResponse, encodeStatus } from "../../otlp/reply.ts";
import { readBody } from "../body.ts";
import { authenticate } from "../middleware/authenticate.ts";
import { toAppError } from "../reply-error.ts";
import type { HonoEnv } from "../types.ts";

/** Prefixes under which exporters look for OTLP: OpenTelemetry's own, LangSmith and Braintrust, LangWatch, Langfuse. */
const PREFIXES = ["", "/otel", "/api/otel", "/api/public/otel"];

/** The OTLP/HTTP doors. Every answer, errors too, is in the type that the request came in. */
export function otlpRoutes() {
  const app = new Hono<HonoEnv>();
  for (const prefix of PREFIXES) {
    app.all(`${prefix}/v1/traces`, postOnly(), typed(), authenticate(), takeTraces);
    app.all(`${prefix}/v1/logs`, postOnly(), typed(), authenticate(), takeLogs);
    app.all(`${prefix}/v1/metrics`, postOnly(), typed(), authenticate(), takeMetrics);
  }
  app.onError((error, c) => replyStatus(c as Context<HonoEnv>, error));
  return app;
}

async function takeTraces(c: Context<HonoEnv>): Promise<Response> {
  const type = typeOf(c) as OtlpType;
  const body = await readBody(c.req.raw);
  const partial = await ingestTraces(c.get("ctx"), decodeTraces(type, body));
  return reply(type, 200, encodeResponse("traces", type, partial ?? undefined));
}

async function takeLogs(c: Context<HonoEnv>): Promise<Response> {
  const type = typeOf(c) as OtlpType;
  const body = await readBody(c.req.raw);
  const partial = await ingestLogs(c.get("ctx"), decodeLogs(type, body));
  return reply(type, 200, encodeResponse("logs", type, partial ?? undefined));
}

/** Metrics come unasked from clients that only meant to send traces: taken, so that they do not retry, and counted. */
async function takeMetrics(c: Context<HonoEnv>): Promise<Response> {
  const type = typeOf(c) as OtlpType;
  const body = await readBody(c.req.raw);
  dropMetrics(c.get("ctx"), countDataPoints(type, body));
  return reply(type, 200, encodeEmptyResponse(type));
}

function postOnly(): MiddlewareHandler<HonoEnv> {
  return async (c, next) => {
    if (c.req.method !== "POST") throw new AppError("method_not_allowed", `${c.req.path} takes POST only.`);
    await next();
  };
}

function typed(): MiddlewareHandler<HonoEnv> {
  return async (c, next) => {
    if (typeOf(c) === null) {
      throw new AppError("unsupported_media_type", "Content-Type must be application/x-protobuf or application/json.");
    }
    await next();
  };
}

function typeOf(c: Context<HonoEnv>): OtlpType | null {
  const type = (c.req.header("content-type") ?? "").split(";")[0]?.trim().toLowerCase();
  if (type === "application/json") return "json";
  if (type === "application/x-protobuf") return "protobuf";
  return null;
}

/** google.rpc.Code by error code; what is not named is 3, invalid argument. */
const GRPC_CODES: Partial<Record<ErrorCode, number>> = {
  unauthorized: 16,
  forbidden: 7,
  method_not_allowed: 12,
  body_too_large: 8,
  rate_limited: 8,
  unavailable: 14,
};

function replyStatus(c: Context<HonoEnv>, thrown: unknown): Response {
  const error = toAppError(thrown, c.get("requestId"));
  const type = typeOf(c) ?? "json";
  const headers: Record<string, string> = {};
  if (error.retryAfter !== undefined) headers["Retry-After"] = String(error.retryAfter);
  if (error.code === "method_not_allowed") headers.Allow = "POST";
  if (error.code === "unauthorized") headers["WWW-Authenticate"] = "Bearer";
  return reply(type, ERROR_CODES[error.code], encodeStatus(type, GRPC_CODES[error.code] ?? 3, error.message), headers);
}

function reply(
  type: OtlpType,
  status: number,
  body: string | Uint8Array,
  headers: Record<string, string> = {},
): Response {
  const contentType = type === "json" ? "application/json" : "application/x-protobuf";
  return new Response(body as BodyInit, { status, headers: { ...headers, "Content-Type": contentType } });
}
