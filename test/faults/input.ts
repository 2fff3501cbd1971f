import { Random } from "./random.ts";

/** What the clients of a test send: made before the test, so that it can be sent a second time without faults. */
export interface Input {
  clients: Request[][];
}

/** One request. */
export interface Request {
  path: string;
  headers?: Record<string, string>;
  body: string;
  /** Run and id of each event that this request is the first to carry, in order. */
  carries: { run: string; id: string }[];
}

export interface InputSize {
  clients: number;
  runsOfEach: number;
  requestsOfEach: number;
  eventsOfRequest: number;
  /** Time of the first span in milliseconds. */
  now: number;
}

type Attribute = { key: string; value: { stringValue: string } | { intValue: string } };

const text = (key: string, value: string): Attribute => ({ key, value: { stringValue: value } });
const whole = (key: string, value: number): Attribute => ({ key, value: { intValue: String(value) } });

/**
 * Requests as agents send them: spans of a few runs together, some model calls, some log records of calls, now and then
 * spans that were sent before among new ones, and an application's own events. Every run has one writer, so its log has one
 * right order.
 */
export function makeInput(seed: number, size: InputSize): Input {
  const random = new Random(seed, "input");
  let tick = 0;
  const clients = Array.from({ length: size.clients }, () => {
    const runs = Array.from({ length: size.runsOfEach }, () => newRun(random, size.now));
    const sent: { run: string; span: Span }[] = [];
    const own = `run-${random.hex(8)}`;
    return Array.from({ length: size.requestsOfEach }, (): Request => {
      if (random.chance(0.15))
        return eventsOf(
          random,
          own,
          Array.from({ length: size.eventsOfRequest }, () => ++tick),
          size.now,
        );
      const chosen = Array.from({ length: random.int(1, 3) }, () => random.pick(runs));
      const calls = chosen.flatMap((run) => run.calls.map((spanId) => ({ run, spanId })));
      if (calls.length > 0 && random.chance(0.1)) {
        const records = Array.from({ length: size.eventsOfRequest }, () => {
          const { run, spanId } = random.pick(calls);
          return { run: run.id, record: newRecord(run, spanId, ++tick) };
        });
        return {
          path: "/v1/logs",
          body: logsOf(records.map((each) => each.record)),
          carries: inOrderOfRuns(records.map(({ run, record }) => ({ run, id: recordId(record.timeUnixNano) }))),
        };
      }
      const fresh = Array.from({ length: size.eventsOfRequest }, () => {
        const run = random.pick(chosen);
        return { run: run.id, span: newSpan(random, run, ++tick) };
      });
      // Exporters that restart put what they have sent before into new batches.
      const again = random.chance(0.15) ? random.shuffle(sent).slice(0, random.int(1, 5)) : [];
      const spans = random.shuffle([...fresh, ...again]);
      sent.push(...fresh);
      const carries = spans
        .filter((each) => fresh.includes(each))
        .map(({ run, span }) => ({ run, id: span.spanId as string }));
      return { path: "/v1/traces", body: tracesOf(spans.map((each) => each.span)), carries: inOrderOfRuns(carries) };
    });
  });
  return { clients };
}

/** How a checker calls a log record, which has no id of its own: each has a time of its own. */
export function recordId(timeUnixNano: string): string {
  return `record-${timeUnixNano}`;
}

/** How a checker calls an event that its sender gave no id: by the name that it has. */
export function eventId(name: string): string {
  return `event-${name}`;
}

/** Events of an application, which names either each of them or the request. */
function eventsOf(random: Random, run: string, ticks: number[], now: number): Request {
  const named = random.chance(0.5);
  const events = ticks.map((tick) => ({
    ...(named ? { id: `id-${tick}` } : {}),
    type: "CUSTOM",
    time: new Date(now + tick).toISOString(),
    data: { name: String(tick), value: { tick } },
  }));
  return {
    path: `/api/runs/${run}/events`,
    headers: named ? {} : { "idempotency-key": `${run} ${ticks[0]}` },
    body: JSON.stringify({ events }),
    carries: ticks.map((tick) => ({ run, id: eventId(String(tick)) })),
  };
}

interface Run {
  id: string;
  root: string;
  start: bigint;
  spans: number;
  calls: string[];
}

type Span = Record<string, unknown> & { spanId: string };

function newRun(random: Random, now: number): Run {
  // Some runs began before the log objects' memory reaches back: then the database is asked before an append.
  const startedMs = random.chance(0.1) ? now - 30 * 3_600_000 : now;
  const start = BigInt(startedMs) * 1_000_000n + BigInt(random.int(1, 999_999));
  return { id: random.hex(16), root: random.hex(8), start, spans: 0, calls: [] };
}

function newSpan(random: Random, run: Run, tick: number): Span {
  const first = run.spans++ === 0;
  const start = run.start + BigInt(tick) * 1000n;
  const attributes = first ? [text("session.id", `session-${run.id.slice(0, 2)}`), text("user.id", "u")] : [];
  const spanId = first ? run.root : random.hex(8);
  const call = !first && random.chance(0.3);
  if (call) {
    run.calls.push(spanId);
    attributes.push(
      text("gen_ai.operation.name", "chat"),
      text("gen_ai.provider.name", "openai"),
      text("gen_ai.response.model", random.pick(["gpt-4o", "gpt-4o-mini", "nobody-knows-it"])),
      whole("gen_ai.usage.input_tokens", random.int(1, 5000)),
      whole("gen_ai.usage.output_tokens", random.int(1, 500)),
    );
  } else if (random.chance(0.2)) {
    attributes.push(text("gen_ai.operation.name", "execute_tool"), text("gen_ai.tool.name", "search"));
  }
  return {
    traceId: run.id,
    spanId,
    ...(first ? {} : { parentSpanId: call && run.calls.length > 2 ? (run.calls[0] as string) : run.root }),
    name: first ? "agent" : call ? "chat" : "step",
    startTimeUnixNano: String(start),
    endTimeUnixNano: String(start + BigInt(random.int(0, 900_000_000))),
    attributes,
    ...(random.chance(0.05) ? { status: { code: 2, message: "it failed" } } : {}),
  };
}

function newRecord(run: Run, spanId: string, tick: number) {
  const content = { key: "content", value: { stringValue: `question ${tick}` } };
  return {
    timeUnixNano: String(run.start + BigInt(tick) * 1000n),
    eventName: "gen_ai.user.message",
    body: { kvlistValue: { values: [content] } },
    traceId: run.id,
    spanId,
  };
}

function tracesOf(spans: Span[]): string {
  const resource = { attributes: [text("service.name", "faults")] };
  return JSON.stringify({ resourceSpans: [{ resource, scopeSpans: [{ scope: { name: "test" }, spans }] }] });
}

function logsOf(logRecords: unknown[]): string {
  return JSON.stringify({ resourceLogs: [{ scopeLogs: [{ scope: { name: "test" }, logRecords }] }] });
}

/** Events of one run stay in order; that of the runs does not matter. */
function inOrderOfRuns<T extends { run: string }>(events: T[]): T[] {
  return [...Map.groupBy(events, (each) => each.run).values()].flat();
}
