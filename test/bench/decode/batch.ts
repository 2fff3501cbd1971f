/** An OTLP/JSON trace request of `spans` spans of about `spanBytes` each in JSON: a typical agent's, the same every time. */
export function traceBatch(spans: number, spanBytes: number): Batch {
  const random = sequence(0x2545f491);
  const pick = <T>(items: T[]): T => items[Math.floor(random() * items.length)] as T;
  const text = (length: number): string => {
    let words = "";
    while (words.length < length) words += `${pick(WORDS)} `;
    return words.slice(0, length);
  };
  const resourceSpans = [];
  const perTrace = 10;
  for (let first = 0; first < spans; first += perTrace) {
    const traceId = hex(random, 32);
    const root = hex(random, 16);
    const ofTrace = [];
    for (let j = 0; j < Math.min(perTrace, spans - first); j++) {
      const [provider, model] = pick(MODELS);
      const operation = OPERATIONS[j % OPERATIONS.length] as string;
      const input = 50 + Math.floor(random() * 1500);
      const output = 10 + Math.floor(random() * 600);
      const start = 1767225600000 + Math.floor(random() * 500);
      const attributes = [
        string("gen_ai.operation.name", operation),
        string("gen_ai.system", provider),
        string("gen_ai.provider.name", provider),
        string("gen_ai.request.model", model),
        string("gen_ai.response.model", model),
        { key: "gen_ai.request.temperature", value: { doubleValue: Math.round(random() * 10) / 10 } },
        int("gen_ai.request.max_tokens", 1024),
        int("gen_ai.usage.input_tokens", input),
        int("gen_ai.usage.output_tokens", output),
        int("gen_ai.usage.prompt_tokens", input),
        int("gen_ai.usage.completion_tokens", output),
        int("gen_ai.usage.total_tokens", input + output),
        string("session.id", `sess-${first % 200}`),
        string("user.id", `user-${(first * 3) % 500}`),
      ];
      const span = {
        traceId,
        spanId: j === 0 ? root : hex(random, 16),
        ...(j === 0 ? {} : { parentSpanId: root }),
        name: j === 0 ? "agent.run" : `${operation} ${model}`,
        kind: j === 0 ? 2 : 3,
        startTimeUnixNano: `${start}000000`,
        endTimeUnixNano: `${start + 20 + Math.floor(random() * 8000)}000000`,
        attributes,
        status: random() < 0.03 ? { code: 2, message: "rate limited by provider" } : { code: 1 },
        events: [],
      };
      const room = Math.max(0, spanBytes - JSON.stringify(span).length - 130);
      attributes.push(string("gen_ai.prompt", text(Math.floor(room * 0.6))));
      attributes.push(string("gen_ai.completion", text(Math.floor(room * 0.4))));
      ofTrace.push(span);
    }
    resourceSpans.push({
      resource: {
        attributes: [
          string("service.name", pick(SERVICES)),
          string("service.version", "1.4.2"),
          string("deployment.environment.name", "production"),
        ],
      },
      scopeSpans: [{ scope: { name: "bench", version: "1" }, spans: ofTrace }],
    });
  }
  return { resourceSpans };
}

export interface Batch {
  resourceSpans: { resource: object; scopeSpans: { scope: object; spans: { [field: string]: unknown }[] }[] }[];
}

const MODELS: [string, string][] = [
  ["openai", "gpt-4o"],
  ["openai", "gpt-4o-mini"],
  ["anthropic", "claude-3-5-sonnet-20241022"],
  ["anthropic", "claude-3-haiku-20240307"],
];
const SERVICES = ["checkout-bot", "support-agent", "search-rag", "billing-helper", "code-review"];
const OPERATIONS = ["chat", "embeddings", "execute_tool", "rerank", "chat.stream"];
const WORDS =
  "the model returned a short answer about retrieval and latency while the agent called tools for weather stock search invoice refund customer policy vector index shard queue token budget cost trace span prompt context window".split(
    " ",
  );

function string(key: string, stringValue: string) {
  return { key, value: { stringValue } as object };
}

function int(key: string, value: number) {
  return { key, value: { intValue: String(value) } as object };
}

function hex(random: () => number, digits: number): string {
  let id = "";
  while (id.length < digits) id += Math.floor(random() * 16).toString(16);
  return id;
}

function sequence(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 4294967296;
  };
}
