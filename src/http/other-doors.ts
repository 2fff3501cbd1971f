import type { OpenAPIHono } from "@hono/zod-openapi";

type Registry = OpenAPIHono["openAPIRegistry"];

const binary = { schema: { type: "string", format: "binary" } } as const;
const object = { schema: { type: "object" } } as const;

/** Enters the doors into the OpenAPI document that speak other protocols than JSON over HTTP. */
export function describeOtherDoors(registry: Registry): void {
  const media = { "application/json": object, "application/x-protobuf": binary };
  registry.registerPath({
    method: "post",
    path: "/v1/traces",
    summary: "OTLP/HTTP traces (also /otel/v1/traces, /api/otel/v1/traces, /api/public/otel/v1/traces)",
    request: { body: { required: true, content: media } },
    responses: {
      200: { description: "ExportTraceServiceResponse; partialSuccess only if spans were refused", content: media },
      default: { description: "google.rpc.Status, in the type of the request", content: media },
    },
  });
  for (const signal of ["logs", "metrics"]) {
    registry.registerPath({
      method: "post",
      path: `/v1/${signal}`,
      summary: `OTLP/HTTP ${signal}: accepted, not stored`,
      request: { body: { required: true, content: media } },
      responses: { 200: { description: "Accepted", content: media } },
    });
  }
  registry.registerPath({
    method: "get",
    path: "/api/runs/{id}/subscribe",
    summary: "WebSocket: a run's events, from ?after= on, then live",
    responses: { 101: { description: 'Frames {type:"hello",last_seq,window_bytes} and {type:"events",events:[…]}' } },
  });
  registry.registerPath({
    method: "get",
    path: "/api/sessions/{id}/subscribe",
    summary: "WebSocket: a reasoning session's steps, syntheses and findings, from ?after= (a seq) on, then live",
    responses: {
      101: {
        description:
          'Frames {type:"hello",run_id,last_seq}, {type:"new_step",step}, {type:"synthesis",synthesis}, {type:"bias",finding} and {type:"monitor",finding}, as the lists give them',
      },
    },
  });
  registry.registerPath({
    method: "get",
    path: "/ws",
    summary: "WebSocket: the project's live board; ?entities= narrows it",
    responses: { 101: { description: "Frames {entity, event_type, data, timestamp, omitted?}" } },
  });
}
