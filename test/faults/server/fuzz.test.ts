import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Run, SpanRow } from "../../../src/domain/runs/schema.ts";
import { allRuns, eventually, removeState, type StartedServer, startServer } from "../../server/harness.ts";
import { pick, report, seedFrom } from "../form.ts";
import { Random } from "../random.ts";
import { fromSchema, mutateBytes, mutateJson, randomJson } from "./mutate.ts";
import { PATIENCE_MS, Range, type Shot } from "./range.ts";
import { type Door, doorsOf } from "./routes.ts";
import { EXPORTS, grow, toJson, toProtobuf, type Words } from "./wire.ts";

const SEED = seedFrom(process.env.FAULT_SEED);
const BODIES = pick(process.env.FAULT_FORM ?? "short", { short: 2_000, full: 20_000 });
const CONNECTIONS = 4;
const ROOT = fileURLToPath(new URL("../../../", import.meta.url));

/** Names that mean something to the conventions: read from their source, so that new ones are tried too. */
function keysOfConventions(): string[] {
  const keys = new Set<string>();
  for (const folder of ["src/otlp/conventions", "src/otlp/records", "src/otlp/decode"]) {
    for (const file of readdirSync(join(ROOT, folder))) {
      if (!file.endsWith(".ts") || file.includes(".test.")) continue;
      for (const [, key] of readFileSync(join(ROOT, folder, file), "utf8").matchAll(
        /"([a-zA-Z_]+(?:\.[a-zA-Z_]+)*)"/g,
      )) {
        keys.add(key as string);
      }
    }
  }
  return [...keys].sort();
}

function shoot(random: Random, n: number, doors: readonly Door[], keys: readonly string[], words: Words): Shot {
  const door = random.pick(doors);
  const path = door.path.replaceAll(/:\w+/g, () =>
    random.pick([random.pick(words.traces), random.hex(3), "%00", "%2e%2e", "a".repeat(129), "💥"].map(String)),
  );
  const headers: Record<string, string> = {};
  const signal = /\/v1\/(traces|logs|metrics)$/.exec(door.path)?.[1] as keyof typeof EXPORTS | undefined;
  let body: Uint8Array;
  if (signal && random.chance(0.5)) {
    headers["content-type"] = "application/x-protobuf";
    body = toProtobuf(grow(random, EXPORTS[signal], words));
    if (random.chance(0.4)) body = mutateBytes(random, body);
  } else {
    headers["content-type"] = "application/json";
    const share = random.pick([0, 0.02, 0.1]);
    const value = signal
      ? mutateJson(random, toJson(grow(random, EXPORTS[signal], words)), share)
      : door.path.endsWith("/v1/traces/ingest")
        ? mutateJson(random, openAiAgents(random, words, keys), share)
        : door.schema && random.chance(0.7)
          ? mutateJson(random, fromSchema(random, door.schema, keys), share)
          : randomJson(random, keys);
    body = Buffer.from(JSON.stringify(value) ?? "");
    if (random.chance(0.1)) body = mutateBytes(random, body);
  }
  if (random.chance(0.03))
    headers["content-type"] = random.pick(["text/plain", "application/json; charset=utf-16", "*/*", "x"]);
  if (random.chance(0.2)) {
    headers["content-encoding"] = "gzip";
    body = random.chance(0.8) ? gzipSync(body) : mutateBytes(random, gzipSync(body));
  }
  return { n, method: door.method, path, headers, body };
}

/** What the OpenAI Agents SDK sends, with fields of every kind of span on any of them. */
function openAiAgents(random: Random, words: Words, keys: readonly string[]): unknown {
  const usage = () => ({ input_tokens: random.int(-1, 9), output_tokens: random.pick([1, null, "2", {}]) });
  const data = Array.from({ length: random.int(0, 5) }, () =>
    random.chance(0.3)
      ? {
          object: "trace",
          id: `trace_${random.pick(words.traces)}`,
          workflow_name: random.pick(keys),
          group_id: random.pick(["g", null, ""]),
          metadata: randomJson(random, keys, 4),
        }
      : {
          object: "trace.span",
          id: random.pick([`span_${random.pick(words.spans)}abcdef12`, random.hex(4), "span"]),
          trace_id: `trace_${random.pick(words.traces)}`,
          parent_id: random.pick([null, `span_${random.pick(words.spans)}abcdef12`, ""]),
          started_at: random.pick(["2026-11-21T07:00:00.123Z", "yesterday", null, "+999999-01-01T00:00:00Z"]),
          ended_at: random.pick(["2026-11-21T07:00:01.5Z", "0000-00-00T00:00:00Z"]),
          error: random.pick([null, { message: "m", data: randomJson(random, keys, 4) }]),
          span_data: {
            type: random.pick([
              "agent",
              "function",
              "generation",
              "response",
              "handoff",
              "custom",
              "guardrail",
              "speech",
              "mcp_tools",
            ]),
            name: random.pick(keys),
            model: random.pick(["gpt-4o", null, 5]),
            usage: usage(),
            input: randomJson(random, keys, 4),
            output: randomJson(random, keys, 4),
            data: random.pick([null, { sdk_span_type: random.pick(["turn", "task"]), usage: usage() }]),
          },
        },
  );
  return { data };
}

let server: StartedServer;

beforeAll(async () => {
  server = await startServer();
});

afterAll(async () => {
  await server.stop();
  removeState(server.state);
});

describe("fuzzed bodies", () => {
  test(`are answered, whatever they hold (seed ${SEED})`, { timeout: 900_000 }, async () => {
    const started = performance.now();
    const random = new Random(SEED, "fuzz");
    const doors = await doorsOf(server);
    // Few ids, so that spans meet, repeat and go round in circles.
    const words: Words = {
      keys: keysOfConventions(),
      traces: Array.from({ length: 40 }, () => random.hex(16)),
      spans: Array.from({ length: 12 }, () => random.hex(8)),
    };
    expect(words.keys.length).toBeGreaterThan(100);
    const keys = [...words.keys, ...new Set(doors.flatMap(({ schema }) => Object.keys(schema?.properties ?? {})))];
    const perDoor = new Map(doors.map((door) => [`${door.method} ${door.path}`, 0]));
    const range = new Range(`fuzz-${SEED}`, ({ path, method, headers, body }) =>
      server.fetch(path, { method, headers, body: body as BodyInit }),
    );
    let next = 0;
    await Promise.all(
      Array.from({ length: CONNECTIONS }, async () => {
        while (next < BODIES) {
          const n = next++;
          // Every door gets its share; the doors of OTLP, which take most there is, get more.
          const own = doors.filter((_, at) => n % 2 === 0 || at % doors.length === ((n - 1) / 2) % doors.length);
          const picked = n % 2 === 0 ? doors.filter(({ path }) => path.includes("/v1/")) : own;
          const shot = shoot(random, n, picked, keys, words);
          const door = doors.find((each) => picked.length === 1 && each === picked[0]);
          if (door) perDoor.set(`${door.method} ${door.path}`, (perDoor.get(`${door.method} ${door.path}`) ?? 0) + 1);
          await range.fire(shot);
        }
      }),
    );
    expect(range.failures).toEqual([]);
    // No door was left out.
    expect([...perDoor].filter(([, count]) => count < 10)).toEqual([]);

    // What was taken must not lie in the way of what comes behind it: all is projected, and all can be read.
    const waiting = async () => (await server.json<{ log: { waiting: number } }>("/api/health")).log.waiting;
    await eventually(waiting, (rows) => rows === 0, 60_000);
    // Deletions that were asked for take runs away while they are read.
    const jobs = async () => (await server.json<{ data: { status: string }[] }>("/api/jobs?limit=100")).data;
    await eventually(jobs, (all) => all.every(({ status }) => !["pending", "running"].includes(status)), 120_000);
    const letters = await server.json<{ data: unknown[] }>("/api/dead-letters");
    expect(letters.data).toEqual([]);
    const runs = await allRuns(server);
    expect(runs.length).toBeGreaterThan(10);
    const unread: string[] = [];
    let reads = 0;
    const read = async <T>(path: string): Promise<T | null> => {
      reads++;
      const response = await server.fetch(path, { signal: AbortSignal.timeout(PATIENCE_MS) });
      const text = await response.text();
      if (response.status === 200) return JSON.parse(text) as T;
      unread.push(`${path}: ${response.status} ${text.slice(0, 200)}`);
      return null;
    };
    for (const { id } of runs) {
      const run = await read<Run>(`/api/runs/${id}`);
      const log = await read<{ data: { seq: number }[]; last_seq: number }>(`/api/runs/${id}/events?limit=1000`);
      const spans = await read<{ data: SpanRow[] }>(`/api/runs/${id}/spans`);
      await read(`/api/runs/${id}/llm-calls`);
      expect(unread).toEqual([]);
      // A page holds a thousand; a run of the full form may have more.
      const count = Math.min(1000, run?.event_count ?? -1);
      expect(log?.data.map(({ seq }) => seq)).toEqual(Array.from({ length: count }, (_, n) => n + 1));
      expect(spans?.data.length).toBe(run?.span_count);
      for (const span of spans?.data.slice(0, 20) ?? []) await read(`/api/runs/${id}/spans/${span.span_id}`);
    }
    const sessions = await read<{ data: { id: string }[] }>("/api/sessions?limit=200");
    for (const { id } of sessions?.data ?? []) await read(`/api/sessions/${encodeURIComponent(id)}`);
    report("S2", {
      seed: SEED,
      bodies: BODIES,
      doors: doors.length,
      statuses: range.statuses,
      serverErrors: range.failures.length,
      slowestMs: Math.round(range.slowestMs),
      runs: runs.length,
      reads,
      seconds: Math.round((performance.now() - started) / 1000),
    });
    expect(unread).toEqual([]);
  });
});
