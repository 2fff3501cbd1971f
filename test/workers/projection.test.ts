import {
  createExecutionContext,
  createMessageBatch,
  evictDurableObject,
  getQueueResult,
  runInDurableObject,
} from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import type { RunLog } from "../../durable-objects/run-log/object.ts";
import { logAddress, runLog } from "../../durable-objects/stubs.ts";
import { dbFor } from "../../src/db/db.ts";
import { projectLog } from "../../src/domain/projection/project.ts";
import type { LlmCall, Run } from "../../src/domain/runs/schema.ts";
import worker from "../../src/index.ts";
import { callAttributes, eventually, hex, newProject, projectedRun, span, traces } from "./helpers.ts";

/** Every row that a project has in the projections, in a fixed order. */
async function rowsOf(projectId: string) {
  const tables = ["runs", "segments", "llm_calls"];
  const results = await dbFor(env, projectId).batch(
    tables.map((table) =>
      dbFor(env, projectId).prepare(`SELECT * FROM ${table} WHERE project_id = ? ORDER BY 1, 2, 3`).bind(projectId),
    ),
  );
  return results.map((result) => result.results);
}

describe("the projection", () => {
  test("writes the same rows when a drain is delivered again and side by side", async () => {
    const project = await newProject();
    const traceId = hex(16);
    const root = span(traceId, "root", 0, 1000);
    await project.sendTraces(
      traces([
        root,
        span(traceId, "call", 1, 10, { parentSpanId: root.spanId, attributes: callAttributes("gpt-4o", 10, 5) }),
      ]),
    );
    await projectedRun(project, traceId, 2);
    const before = await rowsOf(project.id);
    const address = logAddress(env, project.id, traceId);
    // The rows are there a moment before the object hears of it.
    await eventually(
      () => runLog(env, address).status(),
      ({ waitingRows }) => waitingRows === 0,
    );
    await runInDurableObject(runLog(env, address), (_: RunLog, state) => {
      // As if the confirmation had been lost: what is held is handed out again once the object wakes anew.
      state.storage.sql.exec("DELETE FROM meta WHERE key = 'confirmed'");
    });
    await evictDurableObject(runLog(env, address));
    const drain = await runLog(env, address).drain(null, 1_000_000);
    expect(drain.rows.length).toBeGreaterThan(0);
    await Promise.all(Array.from({ length: 5 }, () => projectLog(env, address)));
    expect(await rowsOf(project.id)).toEqual(before);
  });

  test("counts a wrapper's tokens once, whichever part comes first", async () => {
    const orders = [
      [0, 1, 2],
      [2, 1, 0],
      [1, 2, 0],
      [2, 0, 1],
    ];
    for (const order of orders) {
      const project = await newProject();
      const traceId = hex(16);
      const agent = span(traceId, "agent", 0, 1000, { attributes: callAttributes("gpt-4o", 42, 12) });
      const step = span(traceId, "step", 1, 900, { parentSpanId: agent.spanId });
      const call = span(traceId, "chat", 2, 800, {
        parentSpanId: step.spanId,
        attributes: callAttributes("gpt-4o", 42, 12),
      });
      for (const n of order) {
        await project.sendTraces(traces([[agent, step, call][n] as typeof agent]));
        await projectLog(env, logAddress(env, project.id, traceId));
      }
      const expected = { span_count: 3, llm_call_count: 1, input_tokens: 42, output_tokens: 12, models: ["gpt-4o"] };
      expect(await projectedRun(project, traceId, 3)).toMatchObject(expected);
      expect(await project.json<Run>(`/api/runs/${traceId}`)).toMatchObject(expected);
      const { data } = await project.json<{ data: LlmCall[] }>(`/api/runs/${traceId}/llm-calls`);
      expect(data.map((each) => each.span_id)).toEqual([call.spanId]);
    }
  });

  test("writes at most one D1 row a span on a typical agent trace", async () => {
    const project = await newProject();
    const spans = Array.from({ length: 20 }, () => {
      const traceId = hex(16);
      const root = span(traceId, "agent", 0, 1000, {
        attributes: [{ key: "session.id", value: { stringValue: "s1" } }],
      });
      const calls = Array.from({ length: 3 }, (_, n) =>
        span(traceId, "chat", n, 10, { parentSpanId: root.spanId, attributes: callAttributes("gpt-4o", 10, 5) }),
      );
      const plain = Array.from({ length: 6 }, (_, n) => span(traceId, "step", n, 10, { parentSpanId: root.spanId }));
      return [root, ...calls, ...plain];
    }).flat();
    const address = logAddress(env, project.id, spans[0]?.traceId ?? "");
    await runInDurableObject(runLog(env, address), (instance: RunLog) => {
      const object = instance as unknown as { env: Env };
      object.env = { ...object.env, BELLS: { send: () => Promise.resolve() } as unknown as Queue };
    });
    await project.sendTraces(traces(spans));
    const report = await projectLog(env, address);
    expect(report).toMatchObject({ runs: 20, parts: 20 });
    expect(report.rowsWritten).toBeLessThanOrEqual(spans.length);
  });

  test("keeps a message that nobody can handle as a dead letter and lists it", async () => {
    const batch = createMessageBatch("runlight-bells", [
      { id: "m1", timestamp: new Date(), attempts: 1, body: { nonsense: true } },
    ]);
    const ctx = createExecutionContext();
    await worker.queue(batch, env);
    expect((await getQueueResult(batch, ctx)).retryMessages).toEqual([{ msgId: "m1" }]);

    const project = await newProject();
    const dead = createMessageBatch("runlight-bells-dead", [
      { id: "m2", timestamp: new Date(), attempts: 6, body: { v: 1, projectId: project.id, object: "x" } },
    ]);
    await worker.queue(dead, env);
    await worker.queue(dead, env);
    const { data } = await project.json<{ data: unknown[] }>("/api/dead-letters");
    expect(data).toEqual([
      {
        id: "m2",
        queue: "runlight-bells",
        attempts: 6,
        received_at: expect.stringMatching(/^20/),
        replayed_at: null,
        message: { v: 1, projectId: project.id, object: "x" },
      },
    ]);
  });
});
