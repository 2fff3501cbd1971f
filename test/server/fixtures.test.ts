import { afterAll, beforeAll, expect, test } from "vitest";
import type { Run } from "../../src/domain/runs/schema.ts";
import { loadSet, setNames } from "../fixtures/load.ts";
import { eventually, KEY, removeState, type StartedServer, startServer } from "./harness.ts";

let server: StartedServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(async () => {
  await server.stop();
  removeState(server.state);
});

/** Headers of the connection, not of the request; and the client's own key. */
const NOT_SENT =
  /^(host|connection|content-length|transfer-encoding|authorization|x-api-key|accept-encoding|keep-alive|expect)$/i;

test.each(setNames())("every request of %s is taken, and its runs are what they should be", async (name) => {
  const { requests, expected } = loadSet(name);
  for (const { method, path, headers, sent } of requests) {
    const kept = headers.filter(([key, value]) => !NOT_SENT.test(key) && !value.includes("<REDACTED>"));
    const response = await fetch(server.origin + path, {
      method,
      headers: { ...Object.fromEntries(kept), authorization: `Bearer ${KEY}` },
      ...(method === "GET" ? {} : { body: new Uint8Array(sent) }),
    });
    expect([path, response.status]).toEqual([path, 200]);
    await response.arrayBuffer();
  }
  for (const trace of expected.traces) {
    const wanted = { name: trace.name, span_count: trace.spans, error_count: trace.errors };
    const picked = ({ name, span_count, error_count }: Run) => ({ name, span_count, error_count });
    const run = await server.json<Run>(`/api/runs/${trace.trace_id}`);
    expect(alike(picked(run), wanted, trace.also_ok)).toEqual(wanted);
    const listed = () => server.json<{ data: Run[] }>("/api/runs?limit=200");
    const { data } = await eventually(listed, ({ data }) => data.some((each) => each.id === trace.trace_id));
    expect(data.find((each) => each.id === trace.trace_id)).toEqual(run);
  }
});

/** Values that the fixture calls as right as the expected ones are replaced by those. */
function alike<T extends object>(got: T, wanted: T, alsoOk: { [field: string]: unknown[] } = {}): T {
  const entries = Object.entries(got).map(([field, value]) => [
    field,
    alsoOk[field]?.includes(value) ? (wanted as Record<string, unknown>)[field] : value,
  ]);
  return Object.fromEntries(entries) as T;
}
