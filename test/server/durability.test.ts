import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import type { Run, SpanRow } from "../../src/domain/runs/schema.ts";
import { allRuns, eventually, hex, removeState, span, startServer } from "./harness.ts";

test("20 spans of one trace in 20 requests at once, each sent three times, are 20 spans with seqs 1 to 20", async () => {
  const server = await startServer();
  try {
    const traceId = hex(16);
    const root = span(traceId, "root");
    const spans = [root, ...Array.from({ length: 19 }, (_, n) => span(traceId, `step ${n}`, root.spanId))];
    const answers = await Promise.all([...spans, ...spans, ...spans].map((each) => server.send([each])));
    expect(new Set(answers.map((answer) => answer.status))).toEqual(new Set([200]));
    const { data } = await server.json<{ data: { seq: number; id: string }[] }>(
      `/api/runs/${traceId}/events?limit=1000`,
    );
    expect(data.map((event) => event.seq)).toEqual(Array.from({ length: 20 }, (_, n) => n + 1));
    expect(new Set(data.map((event) => event.id))).toEqual(new Set(spans.map((each) => each.spanId)));
    const run = await server.json<Run>(`/api/runs/${traceId}`);
    expect(run).toMatchObject({ span_count: 20, event_count: 20, last_seq: 20 });
    const runs = await eventually(
      () => allRuns(server),
      (list) => list[0]?.span_count === 20,
    );
    expect(runs).toEqual([run]);
  } finally {
    await server.stop();
    removeState(server.state);
  }
});

test("kill -9 of all processes under load loses no acknowledged span, and all are listed within a minute", async () => {
  const first = await startServer();
  const acknowledged: { traceId: string; spanId: string }[] = [];
  try {
    let down = false;
    const load = Array.from({ length: 4 }, async () => {
      while (!down) {
        const spans = Array.from({ length: 10 }, () => {
          const traceId = hex(16);
          const root = span(traceId, "root");
          return [root, span(traceId, "child", root.spanId)];
        }).flat();
        const answer = await first.send(spans).catch(() => null);
        if (answer?.status === 200) acknowledged.push(...spans);
      }
    });
    await sleep(2500);
    await first.kill();
    down = true;
    await Promise.all(load);
    expect(acknowledged.length).toBeGreaterThan(1000);

    const second = await startServer(first.state);
    try {
      const wanted = new Set(acknowledged.map((each) => each.traceId));
      const restarted = Date.now();
      const runs = await eventually(
        () => allRuns(second),
        (list) => {
          const have = new Set(list.filter((run) => run.span_count === 2).map((run) => run.id));
          return [...wanted].every((id) => have.has(id));
        },
        60_000,
      );
      console.log(`${wanted.size} acknowledged runs were listed ${Date.now() - restarted} ms after the restart`);
      expect(runs.every((run) => run.span_count <= 2)).toBe(true);
      // Reading a sample whole: the newest are those that had not been projected.
      for (const { traceId, spanId } of acknowledged.slice(-200)) {
        const { data } = await second.json<{ data: SpanRow[] }>(`/api/runs/${traceId}/spans`);
        expect(data.map((each) => each.span_id)).toContain(spanId);
      }
    } finally {
      await second.stop();
    }
  } finally {
    removeState(first.state);
  }
});
