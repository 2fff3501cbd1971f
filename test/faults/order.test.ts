import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import type { BellMessage } from "../../durable-objects/run-log/protocol.ts";
import { deliver, settle } from "./drive.ts";
import { Faults } from "./faults.ts";
import { pick, report, seedFrom } from "./form.ts";
import { newProject, type Project, rowsOf } from "./project.ts";
import { Random } from "./random.ts";
import { stage } from "./stage.ts";

const SEED = seedFrom(env.FAULT_SEED);
const SIZE = pick(env.FAULT_FORM, { short: { shapes: 8, permutations: 20 }, full: { shapes: 200, permutations: 50 } });

type Part = { spans: Item[] } | { records: Item[] };
type Item = Record<string, unknown>;
type Attribute = { key: string; value: unknown };

const text = (key: string, value: string): Attribute => ({ key, value: { stringValue: value } });
const HOUR_NS = 3_600_000_000_000n;

/** The spans and log records of one agent's run, with clocks up to an hour apart and many equal times. */
function newShape(random: Random): { spans: Item[]; records: Item[] } {
  const now = BigInt(Date.now() - 1_000) * 1_000_000n;
  const withRecords = random.chance(0.6);
  const ids: string[] = [];
  const spans = Array.from({ length: random.int(3, 9) }, (_, n): Item => {
    // A run that began with log records keeps the time of their arrival as its start if all its spans claim a later one.
    const skew = random.pick([0n, 0n, withRecords ? 0n : HOUR_NS, -HOUR_NS]);
    const start = now + skew + BigInt(random.int(0, 3)) * 1000n;
    const spanId = random.hex(8);
    const parent = n === 0 || random.chance(0.1) ? undefined : random.pick(ids);
    ids.push(spanId);
    const attributes: Attribute[] = [];
    if (random.chance(0.5)) {
      attributes.push(
        text("gen_ai.operation.name", "chat"),
        text("gen_ai.response.model", random.pick(["gpt-4o", "gpt-4o-mini", "nobody-knows-it"])),
        text("gen_ai.input.messages", JSON.stringify([{ role: "user", parts: [{ type: "text", content: `q${n}` }] }])),
      );
      if (random.chance(0.8)) {
        attributes.push({ key: "gen_ai.usage.input_tokens", value: { intValue: random.int(0, 99) } });
        attributes.push({ key: "gen_ai.usage.output_tokens", value: { intValue: random.int(0, 99) } });
      }
    }
    if (random.chance(0.3)) attributes.push(text("gen_ai.tool.name", random.pick(["a", "b"])));
    if (random.chance(0.4)) attributes.push(text("session.id", random.pick(["s1", "s2"])));
    if (random.chance(0.4)) attributes.push(text("user.id", random.pick(["u1", "u2"])));
    return {
      spanId,
      ...(parent === undefined ? {} : { parentSpanId: parent }),
      name: `span ${n}`,
      startTimeUnixNano: String(start),
      endTimeUnixNano: String(start + BigInt(random.int(0, 3)) * 1000n),
      attributes,
      ...(random.chance(0.2) ? { status: { code: 2, message: "it failed" } } : {}),
    };
  });
  const records = Array.from({ length: withRecords ? random.int(1, 4) : 0 }, (_, n): Item => {
    const content = { key: "content", value: { stringValue: `said ${n}` } };
    return {
      // Each has a time of its own: of records of one span and one time, the one that came first speaks for the run.
      timeUnixNano: String(now + BigInt(n) * 1000n),
      eventName: "gen_ai.user.message",
      body: { kvlistValue: { values: [content] } },
      spanId: random.pick(ids),
    };
  });
  return { spans, records };
}

/** Splits a shape into parts in any order; a span may come a second time in another part. */
function permute(random: Random, { spans, records }: { spans: Item[]; records: Item[] }): Part[] {
  const parts: Part[] = [];
  const split = (items: Item[], make: (items: Item[]) => Part) => {
    const left = random.shuffle(items);
    while (left.length > 0) parts.push(make(left.splice(0, random.int(1, 3))));
  };
  const again = spans.filter(() => random.chance(0.15));
  split(spans, (items) => ({ spans: items }));
  split(again, (items) => ({
    spans: [...items, ...spans.filter((span) => !items.includes(span) && random.chance(0.1))],
  }));
  split(records, (items) => ({ records: items }));
  return random.shuffle(parts);
}

/** Sends the n-th part of every run in one request, as an exporter of many runs does. */
async function send(project: Project, parts: { run: string; part: Part }[]): Promise<void> {
  const spans = parts.flatMap(({ run, part }) =>
    "spans" in part ? part.spans.map((span) => ({ ...span, traceId: run })) : [],
  );
  const logRecords = parts.flatMap(({ run, part }) =>
    "records" in part ? part.records.map((record) => ({ ...record, traceId: run })) : [],
  );
  const post = async (path: string, body: unknown) => {
    const headers = { "content-type": "application/json" };
    const response = await project.fetch(path, { method: "POST", headers, body: JSON.stringify(body) });
    expect([response.status, await response.text()]).toEqual([200, "{}"]);
  };
  if (spans.length > 0) await post("/v1/traces", { resourceSpans: [{ scopeSpans: [{ spans }] }] });
  if (logRecords.length > 0) {
    await post("/v1/logs", { resourceLogs: [{ scopeLogs: [{ scope: { name: "test" }, logRecords }] }] });
  }
}

/** The rows of each run, without the run's name and the times of arrival. */
async function rowsByRun(project: Project) {
  const [runs = [], calls = []] = await rowsOf(project.id, ["runs", "llm_calls"]);
  return new Map(
    runs.map(({ project_id: _, id, seen_at: _at, ...run }) => [
      String(id),
      { run, calls: calls.filter((call) => call.run_id === id).map(({ project_id: _p, run_id: _r, ...call }) => call) },
    ]),
  );
}

describe("parts of a run", () => {
  test(`in any order, split and repeated, project to the same rows (seed ${SEED})`, {
    timeout: 1_800_000,
  }, async () => {
    const started = performance.now();
    const random = new Random(SEED, "order");
    const here = stage();
    here.faults = new Faults(SEED);
    here.realQueue = false;
    const figures = { permutations: 0, parts: 0, projections: 0 };
    for (let n = 0; n < SIZE.shapes; n++) {
      const shape = newShape(random);
      const project = await newProject();
      const straight = random.hex(16);
      await send(project, [{ run: straight, part: { spans: shape.spans } }]);
      await send(project, [{ run: straight, part: { records: shape.records } }]);
      const plans = Array.from({ length: SIZE.permutations }, () => ({
        run: random.hex(16),
        parts: permute(random, shape),
      }));
      for (let at = 0; plans.some(({ parts }) => at < parts.length); at++) {
        const now = plans.flatMap(({ run, parts }) => (parts[at] ? [{ run, part: parts[at] as Part }] : []));
        await send(project, now);
        figures.parts += now.length;
        if (random.chance(0.5)) continue;
        figures.projections++;
        await deliver(project.logs.map((log): BellMessage => ({ v: 1, ...log })));
      }
      await settle(project.logs);
      figures.permutations += plans.length;
      const rows = await rowsByRun(project);
      const expected = rows.get(straight);
      expect(expected?.run.span_count).toBe(shape.spans.length);
      for (const { run, parts } of plans) expect(rows.get(run), JSON.stringify(parts)).toEqual(expected);
    }
    report("R7", { seed: SEED, ...figures, seconds: Math.round((performance.now() - started) / 1000) });
  });
});
