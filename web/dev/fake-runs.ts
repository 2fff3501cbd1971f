import { AGENTS, chance, type FakeRun, hex, makeRun, pick, type Shape, summarise } from "./fake-data.ts";

/** Runs of the last days, newest first, and the special ones: huge, deep, broken, without model calls. */
export function fakeRuns(now: number): FakeRun[] {
  const random = chance(7);
  const runs = Array.from({ length: 170 }, (_, at) => {
    const [name, input] = pick(random, AGENTS);
    const started = now - 60_000 - at * 1_100_000 * (0.2 + random());
    return makeRun({
      id: hex(random, 16),
      name,
      input,
      started,
      spans: 1 + Math.floor(random() * random() * 90),
      failing: random() < 0.12,
    });
  });
  const special = (id: string, name: string, minutes: number, spans: number, more: Partial<Shape> = {}) =>
    makeRun({
      id: id.repeat(32).slice(0, 32),
      name,
      input: AGENTS[0][1],
      started: now - minutes * 60_000,
      spans,
      ...more,
    });
  const plain = special("c", "nightly-import", 4, 6);
  plain.spans = plain.spans.map((span) => ({
    ...span,
    step: "span",
    model: null,
    input_tokens: null,
    output_tokens: null,
    cached_input_tokens: null,
    reasoning_tokens: null,
    time_to_first_token_ms: null,
    cost_usd: null,
    unpriced: null,
    name: span.parent_span_id ? span.name : "nightly-import",
  }));
  plain.run = {
    ...summarise(
      { id: plain.run.id, name: "nightly-import", input: "", started: now - 240_000 },
      plain.spans,
      "data-platform",
      false,
    ),
    input_preview: null,
  };
  runs.push(
    special("b", "ten-thousand-spans", 3, 10_000),
    special("d", "deep-recursion", 5, 160, { depth: 1 }),
    odd(special("e", "orphans-and-skew", 6, 24)),
    special("f", "all-is-broken", 7, 18, { failing: true }),
    plain,
    special("9", "price-not-known", 8, 12, { model: 4 }),
  );
  return runs.sort((a, b) => (a.run.started_at < b.run.started_at ? 1 : -1));
}

function odd(fake: FakeRun): FakeRun {
  const [, a, b, c, d] = fake.spans;
  if (a) a.parent_span_id = "ffffffffffffffff";
  if (b) b.duration_ms = -120;
  if (c) c.started_at = "1970-01-01T00:00:00.000Z";
  if (d) d.started_at = new Date(Date.parse(d.started_at) - 5000).toISOString();
  return fake;
}
