import { afterAll, beforeAll, expect, test } from "vitest";
import type { LlmCall, Run, SpanDetail } from "../../src/domain/runs/schema.ts";
import { type CapturedRequest, loadSet, setNames } from "../fixtures/load.ts";
import { splitRequest } from "../fixtures/split.ts";
import { eventually, KEY, removeState, type StartedServer, startServer } from "./harness.ts";

/** One takes every request as it was captured, the other the same in another way. */
let server: StartedServer;
let other: StartedServer;
beforeAll(async () => {
  [server, other] = await Promise.all([startServer(), startServer()]);
  for (const each of [server, other]) {
    // What a monitor finds comes seconds later, as an event more.
    const headers = { "content-type": "application/json" };
    await each.fetch("/api/settings", { method: "PUT", headers, body: '{"monitors":false}' });
  }
});
afterAll(async () => {
  await Promise.all([server, other].map((each) => each.stop()));
  for (const each of [server, other]) removeState(each.state);
});

/** Headers of the connection, not of the request; and the client's own key. */
const NOT_SENT =
  /^(host|connection|content-length|transfer-encoding|authorization|x-api-key|accept-encoding|keep-alive|expect)$/i;

async function send(to: StartedServer, request: Omit<CapturedRequest, "type" | "body">): Promise<void> {
  const { method, path, headers, sent } = request;
  const kept = headers.filter(([key, value]) => !NOT_SENT.test(key) && !value.includes("<REDACTED>"));
  const response = await fetch(to.origin + path, {
    method,
    headers: { ...Object.fromEntries(kept), authorization: `Bearer ${KEY}` },
    ...(method === "GET" ? {} : { body: new Uint8Array(sent) }),
  });
  expect([path, response.status]).toEqual([path, 200]);
  await response.arrayBuffer();
}

test.each(setNames())("every request of %s is taken, and its runs are what they should be", async (name) => {
  const { requests, expected } = loadSet(name);
  for (const request of requests) await send(server, request);
  for (const trace of expected.traces) {
    const wanted = { name: trace.name, span_count: trace.spans, error_count: trace.errors };
    const picked = ({ name, span_count, error_count }: Run) => ({ name, span_count, error_count });
    const run = await server.json<Run>(`/api/runs/${trace.trace_id}`);
    expect(alike(picked(run), wanted, trace.also_ok)).toEqual(wanted);
    const listed = () => server.json<{ data: Run[] }>("/api/runs?limit=200");
    const isListed = (each: Run) => each.id === trace.trace_id && each.event_count === run.event_count;
    const { data } = await eventually(listed, ({ data }) => data.some(isListed));
    expect(data.find((each) => each.id === trace.trace_id)).toEqual(run);
  }
});

test.each(setNames())("%s backwards, piece by piece and all of it twice makes the same runs", async (name) => {
  const { requests, expected } = loadSet(name);
  for (const request of requests.toReversed()) {
    for (const piece of splitRequest(request)) for (const _ of [1, 2]) await send(other, piece);
  }
  for (const { trace_id } of expected.traces) {
    expect(await whatIsKnown(other, trace_id)).toEqual(await whatIsKnown(server, trace_id));
  }
});

/** A run, its calls, and the messages and costs of each call's span. */
async function whatIsKnown(of: StartedServer, traceId: string) {
  // When the log last heard of it is the one thing that differs.
  const { seen_at: _, ...run } = await of.json<Run>(`/api/runs/${traceId}`);
  const { data: calls } = await of.json<{ data: LlmCall[] }>(`/api/runs/${traceId}/llm-calls`);
  const spans: unknown[] = [];
  for (const { span_id } of calls) {
    const span = await of.json<SpanDetail>(`/api/runs/${traceId}/spans/${span_id}`);
    spans.push({ input: span.input, output: span.output, cost: span.cost_usd, basis: span.cost_basis });
  }
  return { run, calls, spans };
}

/** Values that the fixture calls as right as the expected ones are replaced by those. */
function alike<T extends object>(got: T, wanted: T, alsoOk: { [field: string]: unknown[] } = {}): T {
  const entries = Object.entries(got).map(([field, value]) => [
    field,
    alsoOk[field]?.includes(value) ? (wanted as Record<string, unknown>)[field] : value,
  ]);
  return Object.fromEntries(entries) as T;
}
