import { readdirSync, readFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import fc from "fast-check";
import { expect, test } from "vitest";
import { type CallFact, NO_SPAN } from "../../events/delta.ts";
import { UNPRICED_REASONS } from "../../events/span.ts";
import { groupCalls, readCalls, type StoredCall } from "./calls.ts";

const MIGRATION = "0012_calls_in_parts.sql";

const label = fc.oneof(fc.constantFrom("chat gpt-4o", "a \"b\" 'c' \\ ü 🐙", ""), fc.string());
const count = fc.option(fc.nat({ max: 1_000_000 }));
const optional = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
const nano = fc.oneof(
  fc.constantFrom("0", "1", "9223372036854775807"),
  fc.bigInt({ min: 1_795_000_000_000_000_000n, max: 1_795_000_900_000_000_000n }).map(String),
);

const anyCall = fc
  .record({
    parent_span_id: fc.constantFrom(null, "00000000000000ff", "abcdef0123456789"),
    name: label,
    step: fc.constantFrom<CallFact["step"]>("llm", "embedding", "agent"),
    operation: fc.option(label),
    model: fc.option(fc.constantFrom("gpt-4o", "m")),
    provider: fc.option(fc.constantFrom("openai", "p")),
    status: fc.constantFrom<CallFact["status"]>("ok", "error"),
    start: nano,
    end: nano,
    time_to_first_token_ms: fc.option(fc.double({ min: 0, max: 1e6, noNaN: true })),
    usage: fc.option(
      fc.record(
        {
          input: count,
          cached: count,
          cache_write: count,
          output: count,
          reasoning: count,
          cache_write_1h: fc.nat(),
          input_audio: fc.nat(),
          output_audio: fc.nat(),
        },
        { requiredKeys: ["input", "cached", "cache_write", "output", "reasoning"] },
      ),
    ),
    cost_nano_usd: count,
    price_version: fc.option(fc.constantFrom("genai-prices@1", "project@2")),
    unpriced: fc.option(fc.constantFrom(...UNPRICED_REASONS)),
    client_cost_nano_usd: count,
    service_tier: optional(fc.constant("flex")),
    refused: optional(fc.constant(true as const)),
    own_call: optional(fc.constant(true as const)),
    counted: fc.boolean(),
  })
  .map(({ counted, service_tier, refused, own_call, ...call }) => ({
    call: {
      ...call,
      // -0 is 0 in JSON.
      time_to_first_token_ms: call.time_to_first_token_ms === null ? null : call.time_to_first_token_ms + 0,
      ...(service_tier === undefined ? {} : { service_tier }),
      ...(refused === undefined ? {} : { refused }),
      ...(own_call === undefined ? {} : { own_call }),
    },
    counted,
  }));

/** The calls of a part, with ids of their own. */
const part = fc.array(anyCall, { maxLength: 40 });
const id = (n: number) => (n + 1).toString(16).padStart(16, "0");
const withIds = (calls: (Omit<StoredCall, "call"> & { call: Omit<CallFact, "span_id"> })[], first: number) =>
  calls.map(({ call, counted }, n): StoredCall => ({ call: { span_id: id(first + n), ...call }, counted }));

const byId = (calls: readonly StoredCall[]) => calls.toSorted((a, b) => (a.call.span_id < b.call.span_id ? -1 : 1));

function stored(calls: readonly StoredCall[]): string | null {
  const counted = new Set(calls.filter((each) => each.counted).map(({ call }) => call.span_id));
  const groups = groupCalls(
    calls.map(({ call }) => call),
    counted,
  );
  return groups && JSON.stringify(groups);
}

test("calls read back are the calls that were stored", () => {
  fc.assert(
    fc.property(part, (given) => {
      const calls = withIds(given, 0);
      expect(byId(readCalls(stored(calls)))).toEqual(calls);
    }),
    { numRuns: 500 },
  );
});

/** A database as the migrations before `end` leave it. */
function databaseBefore(end: string): DatabaseSync {
  const db = new DatabaseSync(":memory:");
  for (const name of readdirSync("migrations").sort()) {
    if (name.endsWith(".sql") && name < end) migrate(db, name);
  }
  return db;
}

function migrate(db: DatabaseSync, name: string): void {
  for (const sql of readFileSync(`migrations/${name}`, "utf8").split("--> statement-breakpoint")) db.exec(sql);
}

function insertSegment(db: DatabaseSync, run: string, firstSeq: number, links: string): void {
  db.prepare(
    `INSERT INTO segments (project_id, run_id, first_seq, last_seq, batch_id, pack, byte_offset, byte_length, slice_from,
       slice_to, skip, links, doc) VALUES ('p', ?, ?, ?, 'b', 'k', 1, 2, 3, 4, '[5]', unhex(?), 6)`,
  ).run(run, firstSeq, firstSeq + 99, links);
}

/** A row of the table that calls had before, word for word. */
function insertOldCall(db: DatabaseSync, run: string, { call, counted }: StoredCall): void {
  const { span_id, model, provider, status, start, end, usage, cost_nano_usd, ...rest } = call;
  const { input = null, output = null, ...otherUsage } = usage ?? {};
  db.prepare(
    `INSERT INTO llm_calls (project_id, run_id, span_id, model, provider, status, start_ns, end_ns, input_tokens, output_tokens,
       cost_nano_usd, counted, details)
     VALUES ('p', ?, ?, ?, ?, ?, CAST(? AS INTEGER), CAST(? AS INTEGER), ?, ?, ?, ?, ?)`,
  ).run(
    ...[run, span_id, model, provider, status, start, end, input, output, cost_nano_usd, counted ? 1 : 0],
    JSON.stringify({ ...rest, usage: usage === null ? null : otherUsage }),
  );
}

/** What the view shows of a call. */
function shown({ call, counted }: StoredCall, run: string) {
  const { start, end, usage, step: _, refused: _refused, own_call: _own, service_tier = null, ...rest } = call;
  return {
    project_id: "p",
    run_id: run,
    ...rest,
    service_tier,
    start,
    end,
    input_tokens: usage?.input ?? null,
    cached_input_tokens: usage?.cached ?? null,
    cache_write_tokens: usage?.cache_write ?? null,
    output_tokens: usage?.output ?? null,
    reasoning_tokens: usage?.reasoning ?? null,
    counted: counted ? 1 : 0,
  };
}

test("the migration moves every call into the part that its span is of, and the view shows it as it was", () => {
  const db = databaseBefore(MIGRATION);
  const runs = fc.sample(fc.array(part, { minLength: 1, maxLength: 4 }), { numRuns: 40, seed: 7 });
  const parts = runs.flatMap((lists, r) => {
    let first = 0;
    return lists.map((list, n) => {
      const calls = withIds(list, first);
      first += list.length;
      return { run: `run ${r}`, firstSeq: 1 + 100 * n, calls };
    });
  });
  for (const { run, firstSeq, calls } of parts) {
    // Children come before their parents, as exporters send them: each call's id is a parent's first, here and elsewhere.
    const links = calls.flatMap(({ call }) => [id(9_000 + firstSeq) + call.span_id, call.span_id + NO_SPAN]);
    insertSegment(db, run, firstSeq, links.join("") + id(8_000) + id(0));
    for (const call of calls) insertOldCall(db, run, call);
  }
  const places = "SELECT * FROM segments ORDER BY 1, 2, 3";
  const before = db.prepare(places).all();
  migrate(db, MIGRATION);
  expect(
    db
      .prepare(places)
      .all()
      .map(({ calls: _, ...place }) => place),
  ).toEqual(before);

  expect(parts.reduce((sum, { calls }) => sum + calls.length, 0)).toBeGreaterThan(400);
  const columns = Object.keys(shown(withIds(fc.sample(anyCall, 1), 0)[0] as StoredCall, ""))
    .map((name) => (name === "start" || name === "end" ? `CAST(${name}_ns AS TEXT) AS ${name}` : name))
    .join(", ");
  for (const { run, firstSeq, calls } of parts) {
    const row = db.prepare("SELECT calls FROM segments WHERE run_id = ? AND first_seq = ?").get(run, firstSeq);
    expect(byId(readCalls(row?.calls as string | null))).toEqual(calls);
    const seen = db.prepare(`SELECT ${columns} FROM llm_calls WHERE project_id = 'p' AND run_id = ? ORDER BY span_id`);
    const whole = parts.filter((each) => each.run === run).flatMap((each) => each.calls);
    const rows = whole.map((call) => shown(call, run));
    expect(seen.all(run)).toEqual(rows);
    // As the projection writes them.
    db.prepare("UPDATE segments SET calls = ? WHERE run_id = ? AND first_seq = ?").run(stored(calls), run, firstSeq);
    expect(seen.all(run)).toEqual(rows);
  }
  db.close();
});

test("a part of the longest names is far from the 2 MB of a row, as are its deltas", () => {
  const [given] = fc.sample(anyCall, { numRuns: 1, seed: 1 });
  const calls = withIds(
    Array.from({ length: 500 }, (_, n) => ({
      counted: true,
      call: { ...(given as { call: Omit<CallFact, "span_id"> }).call, name: `${n} ${"n".repeat(495)}` },
    })),
    0,
  );
  const text = stored(calls) as string;
  expect(text.length).toBeLessThan(JSON.stringify(calls.map(({ call }) => call)).length);
  expect(text.length).toBeLessThan(1_000_000);
});
