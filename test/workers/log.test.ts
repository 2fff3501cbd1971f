import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import type { RunLog } from "../../durable-objects/run-log/object.ts";
import { logAddress, runLog } from "../../durable-objects/stubs.ts";
import type { Run } from "../../src/domain/runs/schema.ts";
import type { RunEvent } from "../../src/events/event.ts";
import {
  callAttributes,
  eventually,
  hex,
  newProject,
  projectedRun,
  span,
  type TestProject,
  traces,
} from "./helpers.ts";

const events = (project: TestProject, id: string) =>
  project.json<{ data: RunEvent[]; last_seq: number }>(`/api/runs/${id}/events?limit=1000`);

describe("the log of a run", () => {
  test("numbers 20 spans from 20 requests at once, each sent three times, 1 to 20", async () => {
    const project = await newProject();
    const traceId = hex(16);
    const root = span(traceId, "root", 0, 1000);
    const spans = [
      root,
      ...Array.from({ length: 19 }, (_, n) =>
        span(traceId, `call ${n}`, n, 10, {
          parentSpanId: root.spanId,
          attributes: callAttributes("gpt-4o", 10 + n, 5),
        }),
      ),
    ];
    const requests = [...spans, ...spans, ...spans].map((each) => project.sendTraces(traces([each])));
    const answers = await Promise.all(requests);
    expect(answers.map((answer) => answer.status)).toEqual(Array(60).fill(200));

    const { data, last_seq } = await events(project, traceId);
    expect(last_seq).toBe(20);
    expect(data.map((event) => event.seq)).toEqual(Array.from({ length: 20 }, (_, n) => n + 1));
    expect(new Set(data.map((event) => event.id))).toEqual(new Set(spans.map((each) => each.spanId)));

    const totals = {
      span_count: 20,
      llm_call_count: 19,
      input_tokens: 361,
      output_tokens: 95,
      last_seq: 20,
      name: "root",
    };
    expect(await project.json<Run>(`/api/runs/${traceId}`)).toMatchObject(totals);
    expect(await projectedRun(project, traceId, 20)).toMatchObject(totals);
  });

  test("recognises spans that come again in another batch, alone or among new ones", async () => {
    const project = await newProject();
    const traceId = hex(16);
    const [a, b, c] = [span(traceId, "a"), span(traceId, "b", 1), span(traceId, "c", 2)] as const;
    await project.sendTraces(traces([a, b]));
    await project.sendTraces(traces([b]));
    await project.sendTraces(traces([b, c, a]));
    const { data } = await events(project, traceId);
    expect(data.map((event) => [event.seq, event.id])).toEqual([
      [1, a.spanId],
      [2, b.spanId],
      [3, c.spanId],
    ]);
    expect(await project.json<Run>(`/api/runs/${traceId}`)).toMatchObject({ span_count: 3, last_seq: 3 });
    expect(await projectedRun(project, traceId, 3)).toMatchObject({ event_count: 3 });
  });

  test("counts a span once that stands twice in one request", async () => {
    const project = await newProject();
    const twice = span(hex(16), "twice");
    await project.sendTraces(traces([twice, twice]));
    expect(await project.json<Run>(`/api/runs/${twice.traceId}`)).toMatchObject({ span_count: 1, last_seq: 1 });
  });

  test("goes on counting after the object was evicted and its rows were trimmed", async () => {
    const project = await newProject();
    const traceId = hex(16);
    const address = logAddress(env, project.id, traceId);
    const first = [span(traceId, "one"), span(traceId, "two", 1)];
    await project.sendTraces(traces(first));
    await projectedRun(project, traceId, 2);
    await evictDurableObject(runLog(env, address));
    await runInDurableObject(runLog(env, address), (_: RunLog, state) => {
      // As if the grace had passed.
      state.storage.sql.exec("DELETE FROM log WHERE id <= (SELECT value FROM meta WHERE key = 'confirmed')");
    });
    await project.sendTraces(traces([...first, span(traceId, "three", 2)]));
    const { data } = await events(project, traceId);
    expect(data.map((event) => event.seq)).toEqual([1, 2, 3]);
    expect(await projectedRun(project, traceId, 3)).toMatchObject({ last_seq: 3 });
  });

  test("asks D1 how long an old run's log was when the object has forgotten it", async () => {
    const project = await newProject();
    const traceId = hex(16);
    const dayAgo = String(BigInt(Date.now() - 30 * 3_600_000) * 1_000_000n);
    const old = (name: string) => span(traceId, name, 0, 0, { startTimeUnixNano: dayAgo, endTimeUnixNano: dayAgo });
    await project.sendTraces(traces([old("first"), old("second")]));
    await projectedRun(project, traceId, 2);
    const log = runLog(env, logAddress(env, project.id, traceId));
    await runInDurableObject(log, (_: RunLog, state) => {
      state.storage.sql.exec("DELETE FROM parts");
      state.storage.sql.exec("DELETE FROM log");
    });
    await evictDurableObject(log);
    await project.sendTraces(traces([old("third")]));
    const { data } = await events(project, traceId);
    expect(data.map((event) => event.seq)).toEqual([1, 2, 3]);
  });

  test("is given new numbers when D1 has other events under the same ones, and loses none", async () => {
    const project = await newProject();
    const traceId = hex(16);
    await project.sendTraces(traces([span(traceId, "one"), span(traceId, "two", 1)]));
    await projectedRun(project, traceId, 2);
    const log = runLog(env, logAddress(env, project.id, traceId));
    await runInDurableObject(log, (_: RunLog, state) => {
      state.storage.sql.exec("DELETE FROM parts");
      state.storage.sql.exec("DELETE FROM log");
    });
    await evictDurableObject(log);
    // The run is young, so D1 is not asked, and the object begins at 1 again.
    await project.sendTraces(traces([span(traceId, "three", 2)]));
    await projectedRun(project, traceId, 3);
    const { data } = await events(project, traceId);
    expect(data.map((event) => [event.seq, (event.data as { name: string }).name])).toEqual([
      [1, "one"],
      [2, "two"],
      [3, "three"],
    ]);
  });

  test("rings again by its alarm when the bell was lost", async () => {
    const project = await newProject();
    const traceId = hex(16);
    const address = logAddress(env, project.id, traceId);
    const log = runLog(env, address);
    await runInDurableObject(log, (instance: RunLog) => {
      const object = instance as unknown as { env: Env };
      object.env = {
        ...object.env,
        BELLS: { send: () => Promise.reject(new Error("the queue is down")) } as unknown as Queue,
      };
    });
    expect((await project.sendTraces(traces([span(traceId, "one")]))).status).toBe(200);
    expect((await project.json<{ data: Run[] }>("/api/runs")).data).toEqual([]);
    await evictDurableObject(log);
    expect(await runDurableObjectAlarm(log)).toBe(true);
    expect(await projectedRun(project, traceId, 1)).toMatchObject({ name: "one" });
  });

  test("forgets what left the window, and keeps what has not", async () => {
    const project = await newProject();
    const [gone, kept] = [span(hex(16), "gone"), span(hex(16), "kept")];
    await project.sendTraces(traces([gone]));
    await project.sendTraces(traces([kept]));
    await projectedRun(project, gone.traceId, 1);
    await projectedRun(project, kept.traceId, 1);
    const log = runLog(env, logAddress(env, project.id, gone.traceId));
    await eventually(
      () =>
        runInDurableObject(log, (_: RunLog, state) =>
          state.storage.sql.exec("SELECT value FROM meta WHERE key = 'confirmed'").toArray(),
        ),
      (rows) => Number(rows[0]?.value) >= 2,
    );
    const runs = await runInDurableObject(log, (_: RunLog, state) => {
      state.storage.sql.exec("DELETE FROM log");
      state.storage.sql.exec("UPDATE parts SET at = at - 90000000 WHERE run = ?", gone.traceId);
      return state.storage.sql.exec("SELECT run FROM parts").toArray().length;
    });
    expect(runs).toBe(2);
    await runDurableObjectAlarm(log);
    const left = await runInDurableObject(log, (_: RunLog, state) =>
      state.storage.sql.exec("SELECT run FROM parts").toArray(),
    );
    expect(left).toEqual([{ run: kept.traceId }]);
  });

  test("holds a part larger than a row", async () => {
    const project = await newProject();
    const traceId = hex(16);
    // Random text does not compress, so the part stays over the 1.5 MB of a row.
    const noise = Array.from({ length: 60 }, () => hex(32_768)).join("");
    const big = span(traceId, "big", 0, 1, { attributes: [{ key: "noise", value: { stringValue: noise } }] });
    expect((await project.sendTraces(traces([big]))).status).toBe(200);
    const before = await project.json<{ attributes: { noise: string } }>(`/api/runs/${traceId}/spans/${big.spanId}`);
    expect(before.attributes.noise === noise).toBe(true);
    await projectedRun(project, traceId, 1);
    const log = runLog(env, logAddress(env, project.id, traceId));
    await runInDurableObject(log, (_: RunLog, state) => state.storage.sql.exec("DELETE FROM log"));
    const after = await project.json<{ attributes: { noise: string } }>(`/api/runs/${traceId}/spans/${big.spanId}`);
    expect(after.attributes.noise === noise).toBe(true);
  });
});
