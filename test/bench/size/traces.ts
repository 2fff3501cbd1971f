import type { Span, SpanContext } from "../../../src/events/span.ts";

/** Days over which the traces of a million spans are spread. */
export const DAYS = 30;

/** Spans that a trace has on average, so that so many traces make a million. */
export const TRACES_A_MILLION = 100_000;

/** A made-up agent's trace: its spans, of which three in ten call a model, and the process they came from. */
export interface MadeTrace {
  id: string;
  context: SpanContext;
  spans: Span[];
}

const SERVICES = ["checkout-bot", "support-agent", "search-rag", "billing-helper", "code-review", "onboarding"];
const AGENTS = ["answer a question", "plan a trip", "review a change", "find a document", "write a report"];
const TOOLS = Array.from({ length: 20 }, (_, n) => `tool-${n}`);
const MODELS = [
  ["openai", "gpt-4o-mini"],
  ["openai", "gpt-4o"],
  ["anthropic", "claude-sonnet-4-5"],
  ["anthropic", "claude-haiku-4-5"],
  ["openai", "gpt-4.1"],
  ["openai", "o3"],
  ["mistral", "mistral-large-latest"],
  ["deepseek", "deepseek-chat"],
] as const;
/** The same numbers for the same seed (mulberry32), from 0 to 1. */
export function random(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** What is said in the traces: words of a language of their own, few of them frequent, most rare. */
const SENTENCES = sentences(5_000);

function sentences(count: number): string[] {
  const next = random(42);
  const words = Array.from({ length: 19_999 }, () => {
    const syllables = 1 + Math.floor(next() * 3);
    return Array.from(
      { length: syllables },
      () =>
        "bdfgklmnprstvz"[Math.floor(next() * 14)] +
        ("aeiou"[Math.floor(next() * 5)] as string) +
        (next() < 0.4 ? "n" : ""),
    ).join("");
  });
  return Array.from({ length: count }, () =>
    Array.from({ length: 24 }, () => words[zipf(words.length, next())]).join(" "),
  );
}

/** An index below `count`: small ones are frequent, the last is rare. */
function zipf(count: number, at: number): number {
  return Math.floor((count + 1) ** at) - 1;
}

/**
 * The n-th trace of the million-span layer `layer`; traces come in order of their start. In the first layer ten runs have the
 * service, user, tag and model "rare", for which nobody has a price.
 * @param end milliseconds since the epoch at which the newest begins
 */
export function makeTrace(layer: number, n: number, end: number): MadeTrace {
  const next = random(layer * 1_000_003 + n * 7919 + 1);
  const pick = <T>(values: readonly T[]): T => values[Math.floor(next() * values.length)] as T;
  const hex = (bytes: number) =>
    Array.from({ length: bytes / 4 }, () =>
      Math.floor(next() * 4294967296)
        .toString(16)
        .padStart(8, "0"),
    ).join("");
  const said = (role: string) => JSON.stringify([{ role, parts: [{ type: "text", content: pick(SENTENCES) }] }]);
  const id = hex(16);
  const rare = layer === 0 && n % (TRACES_A_MILLION / 10) === 5_000;
  const startMs = end - (1 - (n + next()) / TRACES_A_MILLION) * DAYS * 86_400_000;
  // Long tails: most traces are short, one in a hundred has sixty spans; most spans are quick, some take minutes.
  const size = next();
  const count = size < 0.8 ? 8 : size < 0.95 ? 12 : size < 0.99 ? 22 : 75;
  const slow = Math.exp(next() * 3);
  const session = next() < 0.66 ? `session-${layer}-${Math.floor(n / 9)}-${Math.floor(next() * 2)}` : null;
  const user = rare ? "rare" : `user-${zipf(4_999, next())}`;
  const thousandth = n % 1_000 === 100;
  const failed = rare || next() < 0.04;
  const rootless = next() < 0.015;
  const root = hex(8);
  let clock = startMs;
  const nano = (ms: number) => String(BigInt(Math.round(ms * 1000)) * 1000n);
  const spans = Array.from({ length: count }, (_, s): Span => {
    const call = s % 10 === 1 || s % 10 === 4 || s % 10 === 7;
    const length = Math.exp(next() * 4) * 12 * slow;
    const begin = clock;
    clock += s === 0 ? 1 : length;
    const [provider, usual] = MODELS[zipf(MODELS.length, next())] ?? MODELS[0];
    const model = rare ? "rare" : usual;
    const broken = failed && s === count - 1;
    const tool = pick(TOOLS);
    return {
      trace_id: id,
      span_id: s === 0 ? root : hex(8),
      parent_span_id: s === 0 ? (rootless ? "00000000000000aa" : null) : root,
      name: s === 0 ? pick(AGENTS) : call ? `chat ${model}` : `execute_tool ${tool}`,
      kind: "internal",
      start_time_unix_nano: nano(begin),
      end_time_unix_nano: nano(clock),
      status: broken
        ? { code: "error", message: rare ? "a word that ten runs have: zyzzyva" : "the tool did not answer" }
        : { code: "ok" },
      attributes:
        s === 0
          ? {
              "gen_ai.operation.name": "invoke_agent",
              "gen_ai.agent.name": "assistant",
              "user.id": user,
              ...(session === null ? {} : { "session.id": session }),
              "langfuse.trace.tags": rare
                ? ["rare"]
                : [`tag-${zipf(119, next())}`, ...(thousandth ? ["thousandth"] : [])],
              "gen_ai.input.messages": said("user"),
              "gen_ai.output.messages": said("assistant"),
            }
          : call
            ? {
                "gen_ai.operation.name": next() < 0.9 ? "chat" : "embeddings",
                "gen_ai.provider.name": provider,
                "gen_ai.response.model": model,
                "gen_ai.usage.input_tokens": Math.floor(200 + next() ** 3 * 20_000),
                "gen_ai.usage.output_tokens": Math.floor(20 + next() ** 3 * 2_000),
                "gen_ai.input.messages": said("user"),
                "gen_ai.output.messages": said("assistant"),
              }
            : { "gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": tool },
      events: [],
      links: [],
    };
  });
  const first = spans[0] as Span;
  if (!rootless) first.end_time_unix_nano = nano(clock);
  const service = rare ? "rare" : thousandth ? "thousandth" : SERVICES[zipf(SERVICES.length, next())];
  return {
    id,
    context: {
      resource: {
        "service.name": service ?? "onboarding",
        "service.version": `1.${layer}.0`,
        "deployment.environment.name": next() < 0.1 ? "staging" : "production",
      },
      scope: { name: "bench", version: "1" },
    },
    spans,
  };
}
