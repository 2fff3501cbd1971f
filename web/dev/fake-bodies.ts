import type { SpanDetail, SpanRow } from "../../src/domain/runs/schema.ts";
import type { SpanData } from "../../src/events/span.ts";
import { basisOf } from "./fake-data.ts";

/** A span with bodies; every kind of content somewhere. */
export function detailOf(row: SpanRow, traceId: string): SpanDetail {
  const long = "The retrieval step returned 14 passages. ".repeat(120);
  const turns = row.seq % 5 === 2 ? 40 : 2;
  const isCall = row.step === "llm";
  const input: SpanDetail["input"] = isCall
    ? [
        {
          role: "system",
          parts: [
            {
              type: "text",
              text: `You are a careful research assistant.\n\nRules:\n1. Cite every claim.\n2. Say when you do not know.\n3. Never invent a paper.\n\n<script>alert("text, not markup")</script> **not bold** [link](javascript:alert(1))`,
            },
          ],
        },
        ...Array.from({ length: turns }, (_, at): NonNullable<SpanDetail["input"]>[number] =>
          at % 2 === 0
            ? {
                role: "user",
                parts: [
                  {
                    type: "text",
                    text:
                      at === 0
                        ? "Find three papers that compare retrieval-augmented generation with long-context models."
                        : `Turn ${at}: and what about cost?`,
                  },
                ],
              }
            : {
                role: "assistant",
                parts: [
                  { type: "reasoning", text: "The user wants sources. I should search first." },
                  {
                    type: "tool_call",
                    id: `call_${at}`,
                    name: "web_search",
                    arguments: { query: "RAG vs long context 2026", limit: 5, filters: { year: [2025, 2026] } },
                  },
                ],
              },
        ),
        {
          role: "tool",
          parts: [
            {
              type: "tool_result",
              id: "call_1",
              name: "web_search",
              result: {
                hits: [
                  { title: "Long context or RAG?", score: 0.93 },
                  { title: "Lost in the middle, again", score: 0.88 },
                ],
              },
            },
          ],
        },
        {
          role: "user",
          parts: [
            { type: "image", mime_type: "image/png", url: "https://files.example/scan.png" },
            { type: "text", text: long },
          ],
        },
      ]
    : row.step === "tool"
      ? [{ role: "input", parts: [{ type: "json", value: { order_id: 48213, include: ["lines", "payments"] } }] }]
      : null;
  const output: SpanDetail["output"] = isCall
    ? [
        {
          role: "assistant",
          parts: [
            { type: "reasoning", text: "Three hits are relevant. The second contradicts the first on recall." },
            {
              type: "text",
              text: "Here is what I found.\n\n1. **Long context or RAG?** (2026) …\n2. **Lost in the middle, again** (2025) …\n\nThey disagree on recall for documents above 200k tokens.",
            },
          ],
          finish_reason: "stop",
        },
      ]
    : row.step === "tool"
      ? [
          {
            role: "output",
            parts: [
              {
                type: "json",
                value: { status: "ok", rows: Array.from({ length: 12 }, (_, at) => ({ id: at, total: at * 3.5 })) },
              },
            ],
          },
        ]
      : null;
  const basis = row.cost_usd === null ? null : basisOf(row);
  const big =
    row.seq === 2
      ? {
          "big.value": JSON.stringify(
            Array.from({ length: 24_000 }, (_, at) => ({
              id: at,
              text: `passage number ${at} with some words`,
              score: at / 7,
            })),
          ),
        }
      : {};
  return {
    ...row,
    trace_id: traceId,
    operation: isCall ? "chat" : null,
    cache_write_tokens: null,
    price_version: basis?.version ?? null,
    client_cost_usd: null,
    cost_basis: basis,
    service_tier: null,
    prompt_name: isCall ? "research-system" : null,
    prompt_version: isCall ? "7" : null,
    input,
    output,
    attributes: {
      "gen_ai.operation.name": isCall ? "chat" : "execute_tool",
      "gen_ai.request.model": row.model,
      "gen_ai.request.temperature": 0.2,
      "gen_ai.usage.input_tokens": row.input_tokens,
      "gen_ai.input.messages": JSON.stringify(input ?? []),
      "server.address": "api.example.com",
      "http.response.status_code": row.status === "error" ? 429 : 200,
      "app.flags": ["beta", "eu"],
      "app.nested": { a: { b: { c: [1, 2, { d: null }] } } },
      ...big,
    },
    resource: {
      "service.name": row.service,
      "service.version": "4.2.1",
      "telemetry.sdk.language": "nodejs",
      "host.name": "worker-7",
    },
    scope: { name: "@traceloop/instrumentation-openai", version: "0.22.1" },
    events:
      row.status === "error"
        ? [
            {
              name: "exception",
              time: row.started_at,
              attributes: {
                "exception.type": "RateLimitError",
                "exception.message": row.status_message ?? "",
                "exception.stacktrace": `RateLimitError: ${row.status_message}\n    at OpenAI.makeRequest (/app/node_modules/openai/core.js:312:15)\n    at process.processTicksAndRejections (node:internal/process/task_queues:105:5)\n    at async chat (/app/src/agent.ts:88:20)\n    at async run (/app/src/agent.ts:41:3)`,
              },
            },
          ]
        : [],
    links: [],
  };
}

/** A row as the log holds it: what the live stream sends. */
export function spanData(row: SpanRow, traceId: string): SpanData {
  const nano = (ms: number) => `${Math.trunc(ms)}000000`;
  const start = Date.parse(row.started_at);
  return {
    trace_id: traceId,
    span_id: row.span_id,
    parent_span_id: row.parent_span_id,
    name: row.name,
    kind: row.kind,
    start_time_unix_nano: nano(start),
    end_time_unix_nano: row.duration_ms === null ? "0" : nano(start + row.duration_ms),
    status: { code: row.status, ...(row.status_message ? { message: row.status_message } : {}) },
    attributes: {},
    events: [],
    links: [],
    resource: { "service.name": row.service ?? "" },
    scope: { name: "fake", version: "1" },
    facts: {
      step: row.step,
      ...(row.cost_usd === null
        ? {}
        : { cost: { nano_usd: Math.round(row.cost_usd * 1e9), version: "genai-prices@0.1.8" } }),
      ...(row.unpriced === null ? {} : { cost: { nano_usd: null, reason: row.unpriced } }),
      ...(row.time_to_first_token_ms === null ? {} : { time_to_first_token_ms: row.time_to_first_token_ms }),
      ...(row.model ? { model: row.model, provider: row.provider ?? "" } : {}),
      ...(row.tool_name ? { tool_name: row.tool_name } : {}),
      ...(row.input_tokens === null
        ? {}
        : {
            usage: {
              input: row.input_tokens,
              cached: row.cached_input_tokens,
              cache_write: null,
              output: row.output_tokens,
              reasoning: row.reasoning_tokens,
            },
          }),
    },
  };
}
