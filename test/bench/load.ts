import http from "node:http";

/** What a load is made of. Always bounded, and only ever aimed at this machine. */
export interface Load {
  url: string;
  headers: Record<string, string>;
  /** Spans in all. */
  total: number;
  spansPerRequest: number;
  tracesPerRequest: number;
  connections: number;
}

export interface LoadResult {
  spansPerSecond: number;
  p50: number;
  p95: number;
  p99: number;
  errors: number;
}

const WORDS =
  "the model returned a short answer about retrieval and latency while agent called tools for weather stock".split(" ");

/** Text of a length, the same for the same seed: what a body holds must not make one run of a benchmark lighter. */
function words(length: number, seed: number): string {
  let state = seed;
  let text = "";
  while (text.length < length) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    text += `${WORDS[state % WORDS.length]} `;
  }
  return text.slice(0, length);
}

const attribute = (key: string, value: string | number) => ({
  key,
  value: typeof value === "number" ? { intValue: String(value) } : { stringValue: value },
});

/** One request: agent traces of a root, three model calls in ten spans, tools and plain steps; about 1.5 KB a span. */
export function traceRequest(load: Pick<Load, "spansPerRequest" | "tracesPerRequest">, n: number): unknown {
  const perTrace = Math.max(1, Math.floor(load.spansPerRequest / load.tracesPerRequest));
  const now = BigInt(Date.now()) * 1_000_000n;
  const resourceSpans = Array.from({ length: load.tracesPerRequest }, (_, t) => {
    const traceId = `${process.pid.toString(16).padStart(8, "0")}${n.toString(16).padStart(12, "0")}${t.toString(16).padStart(12, "0")}`;
    const spans = Array.from({ length: perTrace }, (_, s) => {
      const spanId = (s + 1).toString(16).padStart(16, "0");
      const start = now + BigInt(s) * 1_000_000n;
      const call = s % 10 === 1 || s % 10 === 4 || s % 10 === 7;
      const attributes = call
        ? [
            attribute("gen_ai.operation.name", "chat"),
            attribute("gen_ai.provider.name", "openai"),
            attribute("gen_ai.response.model", s % 2 ? "gpt-4o" : "gpt-4o-mini"),
            attribute("gen_ai.usage.input_tokens", 900 + s),
            attribute("gen_ai.usage.output_tokens", 120 + s),
            attribute(
              "gen_ai.input.messages",
              JSON.stringify([{ role: "user", parts: [{ type: "text", content: words(500, s) }] }]),
            ),
            attribute(
              "gen_ai.output.messages",
              JSON.stringify([{ role: "assistant", parts: [{ type: "text", content: words(300, s + 7) }] }]),
            ),
          ]
        : [attribute("session.id", `session-${n % 200}`), attribute("note", words(1000, s))];
      return {
        traceId,
        spanId,
        ...(s === 0 ? {} : { parentSpanId: "0000000000000001" }),
        name: s === 0 ? "invoke_agent" : call ? "chat gpt-4o" : "execute_tool search",
        kind: 3,
        startTimeUnixNano: String(start),
        endTimeUnixNano: String(start + 50_000_000n),
        attributes,
        status: { code: 1 },
        events: [],
      };
    });
    return {
      resource: { attributes: [attribute("service.name", `service-${t % 5}`)] },
      scopeSpans: [{ scope: { name: "bench", version: "1" }, spans }],
    };
  });
  return { resourceSpans };
}

/** Sends a load, each connection one request after the other. Bodies are made before the clock starts. */
export async function sendLoad(load: Load, firstRequest: number): Promise<LoadResult> {
  if (!/^http:\/\/(127\.|localhost)/.test(load.url)) throw new Error("Loads go to this machine only.");
  const count = Math.ceil(load.total / load.spansPerRequest);
  const bodies = Array.from({ length: count }, (_, n) =>
    Buffer.from(JSON.stringify(traceRequest(load, firstRequest + n))),
  );
  const agent = new http.Agent({ keepAlive: true, maxSockets: load.connections });
  const latencies: number[] = [];
  let next = 0;
  let errors = 0;
  const start = performance.now();
  await Promise.all(
    Array.from({ length: load.connections }, async () => {
      for (let body = bodies[next++]; body; body = bodies[next++]) {
        const sent = performance.now();
        if ((await post(load, agent, body)) !== 200) errors++;
        latencies.push(performance.now() - sent);
      }
    }),
  );
  const seconds = (performance.now() - start) / 1000;
  agent.destroy();
  latencies.sort((a, b) => a - b);
  const percentile = (p: number) => latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * p))] ?? 0;
  const spansPerSecond = ((count - errors) * load.spansPerRequest) / seconds;
  return { spansPerSecond, p50: percentile(0.5), p95: percentile(0.95), p99: percentile(0.99), errors };
}

function post(load: Load, agent: http.Agent, body: Buffer): Promise<number> {
  return new Promise((resolve) => {
    const headers = { ...load.headers, "content-type": "application/json", "content-length": body.length };
    const request = http.request(load.url, { method: "POST", agent, headers }, (response) => {
      response.resume();
      response.on("end", () => resolve(response.statusCode ?? 0));
    });
    request.on("error", () => resolve(0));
    request.setTimeout(60_000, () => request.destroy());
    request.end(body);
  });
}
