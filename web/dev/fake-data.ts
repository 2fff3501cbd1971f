import type { LlmCall, Run, SpanDetail, SpanRow } from "../../src/domain/runs/schema.ts";

/** Chance with a memory (mulberry32): the same data at every start. */
export function chance(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export const hex = (random: () => number, bytes: number) =>
  Array.from({ length: bytes }, () =>
    Math.floor(random() * 256)
      .toString(16)
      .padStart(2, "0"),
  ).join("");
export const pick = <T>(random: () => number, list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;

export const AGENTS = [
  [
    "research-agent",
    "Find three papers that compare retrieval-augmented generation with long-context models and say where they disagree.",
  ],
  [
    "support-triage",
    "Customer writes: “I was charged twice for order #48213, and the second invoice has the wrong address.”",
  ],
  ["sql-analyst", "How did weekly active teams develop per plan since September? Leave out internal accounts."],
  ["code-review", "Review pull request 1873: retry logic in the queue consumer"],
  ["invoice-extract", "Extract vendor, IBAN, line items and totals from invoice_2026_1107.pdf"],
  [
    "Zusammenfassung Vorstandsprotokoll",
    "Fasse das Protokoll in höchstens fünf Sätzen zusammen und nenne offene Punkte.",
  ],
  ["travel-planner", "Plan four days in Lisbon with a toddler, no car, vegetarian food, under €900 without flights."],
] as const;
const MODELS = [
  ["gpt-5-mini", "openai", 0.25, 2],
  ["gpt-5.1", "openai", 1.25, 10],
  ["claude-sonnet-4-5", "anthropic", 3, 15],
  ["gemini-2.5-flash", "google", 0.3, 2.5],
  ["llama-4-scout-17b-16e-instruct", "workers-ai", null, null],
] as const;
const TOOLS = ["web_search", "fetch_page", "run_sql", "read_file", "calculator", "send_email", "lookup_order"];
const SERVICES = ["agents-api", "support-bot", "data-platform", "checkout"];

export interface FakeRun {
  run: Run;
  spans: SpanRow[];
}

export interface Shape {
  id: string;
  name: string;
  input: string;
  started: number;
  spans: number;
  depth?: number;
  failing?: boolean;
  model?: number;
}

/** A tree of steps with times that fit into each other. */
export function makeRun(shape: Shape): FakeRun {
  const random = chance(Number.parseInt(shape.id.slice(0, 7), 16) + shape.spans);
  const service = pick(random, SERVICES);
  const main = MODELS[shape.model ?? Math.floor(random() * MODELS.length)] ?? MODELS[0];
  const total = 800 + random() * 400 * Math.sqrt(shape.spans) * 6;
  const spans: SpanRow[] = [];
  const open: { row: SpanRow; start: number; end: number; depth: number }[] = [];
  for (let at = 0; at < shape.spans; at++) {
    const parents = open.filter((each) => each.depth < 7 && each.row.model === null && each.end - each.start > 1);
    const recent = parents[Math.max(0, parents.length - 1 - Math.floor(random() ** 2 * 40))];
    const parent = at === 0 ? undefined : shape.depth ? open[at - 1] : random() < 0.25 ? open[0] : recent;
    const step: SpanRow["step"] =
      at === 0
        ? "agent"
        : pick(random, [
            "llm",
            "llm",
            "tool",
            "tool",
            "chain",
            "retriever",
            "span",
            "span",
            "agent",
            "guardrail",
            "embedding",
            "evaluator",
            "reranker",
          ]);
    const room = parent ? parent.end - parent.start : total;
    const start = parent
      ? parent.start +
        room *
          (shape.depth ? 0.002 : parent === open[0] && shape.spans > 500 ? (at / shape.spans) * 0.97 : random() * 0.7)
      : 0;
    const end =
      at === 0
        ? total
        : Math.min(
            parent?.end ?? total,
            start +
              room *
                (shape.depth
                  ? 0.995
                  : parent === open[0] && shape.spans > 500
                    ? 0.002 + random() * 0.02
                    : 0.04 + random() * 0.5),
          );
    const model =
      step === "llm" ? main : step === "embedding" ? (["text-embedding-3-small", "openai", 0.02, 0] as const) : null;
    const tool = step === "tool" ? pick(random, TOOLS) : null;
    const failed = shape.failing ? at === 0 || random() < 0.15 : at > 0 && random() < 0.006;
    const input = model ? Math.round(200 + random() * 6000) : null;
    const row: SpanRow = {
      seq: at + 1,
      span_id: hex(random, 8),
      parent_span_id: parent?.row.span_id ?? null,
      name:
        at === 0
          ? shape.name
          : model
            ? `${step === "llm" ? "chat" : "embeddings"} ${model[0]}`
            : tool
              ? `execute_tool ${tool}`
              : step === "span"
                ? pick(random, ["GET /v1/documents", "postgres.query", "redis.get", "serialize"])
                : `${step} ${Math.floor(random() * 9)}`,
      kind: model ? "client" : "internal",
      step,
      status: failed ? "error" : random() < 0.5 ? "ok" : "unset",
      status_message: failed
        ? pick(random, [
            "429 Too Many Requests: rate limit reached for requests per minute",
            "Timeout after 30000 ms",
            "ToolError: order not found",
          ])
        : null,
      service,
      started_at: new Date(shape.started + start)
        .toISOString()
        .replace("Z", `${String(Math.floor(random() * 1000)).padStart(3, "0")}Z`),
      ended_at: new Date(shape.started + end).toISOString(),
      duration_ms: end - start,
      model: model?.[0] ?? null,
      provider: model?.[1] ?? null,
      tool_name: tool,
      agent_name: step === "agent" ? shape.name : null,
      input_tokens: input,
      cached_input_tokens: input ? Math.round(input * random() * 0.6) : null,
      output_tokens: step === "llm" ? Math.round(40 + random() * 900) : null,
      reasoning_tokens: step === "llm" ? Math.round(random() * 300) : null,
      time_to_first_token_ms: step === "llm" ? (end - start) * 0.2 : null,
      cost_usd: null,
      unpriced: null,
      event_count: failed ? 1 : 0,
    };
    if (model) Object.assign(row, priced(row));
    spans.push(row);
    open.push({ row, start, end, depth: (parent?.depth ?? -1) + 1 });
  }
  return { run: summarise(shape, spans, service, false), spans };
}

const PRICE_VERSION = "genai-prices@0.1.8";

/** What a call's tokens are priced by; the same shape as the API's. */
export function basisOf(row: SpanRow): SpanDetail["cost_basis"] {
  const price = MODELS.find(([model]) => model === row.model) ?? (["", "", 0.02, 0] as const);
  if (row.input_tokens === null || price[2] === null) return null;
  const cached = row.cached_input_tokens ?? 0;
  return {
    version: PRICE_VERSION,
    priced_as: `${row.provider}/${row.model}`,
    factor: row.seq % 7 === 3 ? 0.5 : 1,
    lines: [
      { kind: "cached_input" as const, tokens: cached, usd_per_mtok: price[2] / 10 },
      { kind: "input" as const, tokens: row.input_tokens - cached, usd_per_mtok: price[2] },
      { kind: "output" as const, tokens: row.output_tokens ?? 0, usd_per_mtok: price[3] },
    ].filter(({ tokens }) => tokens > 0),
  };
}

function priced(row: SpanRow): Pick<SpanRow, "cost_usd" | "unpriced"> {
  const basis = basisOf(row);
  if (basis === null) return { cost_usd: null, unpriced: "local_model" };
  if (row.status === "error") return { cost_usd: null, unpriced: row.seq % 2 === 0 ? "refused" : "no_usage" };
  const sum = basis.lines.reduce((all, line) => all + (line.tokens * line.usd_per_mtok) / 1e6, 0);
  return { cost_usd: sum * basis.factor, unpriced: null };
}

export function summarise(
  shape: Pick<Shape, "id" | "name" | "input" | "started">,
  spans: SpanRow[],
  service: string,
  running: boolean,
): Run {
  const calls = llmCalls(spans);
  const sum = (values: (number | null)[]) =>
    values.length === 0 ? null : values.reduce<number>((all, value) => all + (value ?? 0), 0);
  const end = Math.max(...spans.map((span) => Date.parse(span.started_at) + (span.duration_ms ?? 0)));
  const errors = spans.filter((span) => span.status === "error").length;
  const known = !shape.id.startsWith("0a9e");
  const open = calls.filter((call) => call.unpriced !== null && call.unpriced !== "refused");
  const costs = sum(calls.map((call) => call.cost_usd));
  const names = (of: "agent_name" | "tool_name") => [...new Set(spans.flatMap((span) => span[of] ?? []))].sort();
  return {
    id: shape.id,
    kind: known ? "trace" : "agent",
    name: shape.name,
    stalled: false,
    status: running ? "running" : spans[0]?.status === "error" ? "error" : "success",
    service,
    environment: "production",
    version: "4.2.1",
    session_id: `session-${shape.id.slice(0, 2)}`,
    user_id: Number.parseInt(shape.id.slice(0, 1), 16) > 6 ? `user-${shape.id.slice(0, 1)}@example.com` : null,
    parent_run_id: null,
    tags: Number.parseInt(shape.id.slice(1, 2), 16) > 9 ? ["beta", "eu-west"] : [],
    metadata: known ? { tenant: "acme", region: "eu-west-1", experiment: "prompt-b", retries: 2 } : {},
    started_at: new Date(shape.started).toISOString(),
    ended_at: new Date(end).toISOString(),
    duration_ms: end - shape.started,
    seen_at: new Date(running ? Date.now() : end).toISOString(),
    span_count: spans.length,
    event_count: spans.length,
    llm_call_count: calls.length,
    tool_call_count: spans.filter((span) => span.step === "tool").length,
    error_count: errors,
    input_tokens: sum(calls.map((call) => call.input_tokens)),
    cached_input_tokens: sum(calls.map((call) => call.cached_input_tokens)),
    output_tokens: sum(calls.map((call) => call.output_tokens)),
    cache_write_tokens: null,
    reasoning_tokens: sum(calls.map((call) => call.reasoning_tokens)),
    cost_usd: calls.length > 0 && open.length === 0 ? costs : null,
    known_cost_usd: calls.length === open.length ? null : costs,
    unpriced_call_count: calls.filter((call) => call.unpriced !== null).length,
    unpriced: Object.fromEntries(
      [...Map.groupBy(calls, (call) => call.unpriced)]
        .filter(([reason]) => reason !== null)
        .map(([reason, those]) => [reason, those.length]),
    ),
    price_version: calls.length > 0 ? PRICE_VERSION : null,
    client_cost_usd: shape.id.startsWith("4") && costs !== null ? costs * 0.96 : null,
    models: [...new Set(calls.map((call) => call.model ?? ""))],
    providers: [...new Set(calls.map((call) => call.provider ?? ""))],
    agents: names("agent_name"),
    tools: names("tool_name"),
    prompts: ["research-system"],
    first_seq: 1,
    last_seq: spans.length,
    input_preview: shape.input,
    output_preview: running
      ? null
      : "Here is what I found: the three papers agree on latency and disagree on recall for long documents …",
    url: `/runs/${shape.id}`,
  };
}

export function llmCalls(spans: SpanRow[]): LlmCall[] {
  return spans
    .filter((span) => span.step === "llm" || span.step === "embedding")
    .map((span) => ({
      span_id: span.span_id,
      parent_span_id: span.parent_span_id,
      name: span.name,
      operation: "chat",
      model: span.model,
      provider: span.provider,
      status: span.status === "error" ? "error" : "ok",
      started_at: span.started_at,
      duration_ms: span.duration_ms ?? 0,
      time_to_first_token_ms: span.time_to_first_token_ms,
      input_tokens: span.input_tokens,
      cached_input_tokens: span.cached_input_tokens,
      cache_write_tokens: null,
      output_tokens: span.output_tokens,
      reasoning_tokens: span.reasoning_tokens,
      cost_usd: span.cost_usd,
      price_version: span.cost_usd === null ? null : PRICE_VERSION,
      unpriced: span.unpriced,
      client_cost_usd: null,
    }));
}
