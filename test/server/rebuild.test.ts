import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { JobAnswer } from "../../src/domain/jobs/schema.ts";
import type { Run } from "../../src/domain/runs/schema.ts";
import { allRuns, eventually, hex, removeState, type StartedServer, span, startServer } from "./harness.ts";

const RUNS = 1_000;

/** A run of two spans, one a call. */
function trace() {
  const traceId = hex(16);
  const root = span(traceId, "root");
  const text = (key: string, stringValue: string) => ({ key, value: { stringValue } });
  const tokens = (key: string) => ({ key, value: { intValue: "1000" } });
  const attributes = [
    text("gen_ai.operation.name", "chat"),
    text("gen_ai.provider.name", "openai"),
    text("gen_ai.response.model", "gpt-4o"),
    tokens("gen_ai.usage.input_tokens"),
    tokens("gen_ai.usage.output_tokens"),
  ];
  return [root, { ...span(traceId, "chat"), parentSpanId: root.spanId, attributes }];
}

/** The list, without the time that an answer takes from the clock. */
async function listed(server: StartedServer): Promise<Run[]> {
  return (await allRuns(server)).sort((a, b) => (a.id < b.id ? -1 : 1));
}

test("a server whose database was deleted has every run again after a rebuild, to the digit", async () => {
  const first = await startServer();
  try {
    for (let sent = 0; sent < RUNS; sent += 250) {
      expect((await first.send(Array.from({ length: 250 }, trace).flat())).status).toBe(200);
    }
    const headers = { "content-type": "application/json" };
    const events = [{ type: "RUN_FINISHED", data: { result: "done" } }];
    await first.fetch("/api/runs/an-agent/events", { method: "POST", headers, body: JSON.stringify({ events }) });
    await eventually(
      () => allRuns(first),
      (runs) => runs.length === RUNS + 1,
    );
    const before = await listed(first);
    await first.stop();
    const database = join(first.state, "v3", "d1");
    expect(existsSync(database)).toBe(true);
    rmSync(database, { recursive: true });

    const second = await startServer(first.state);
    try {
      expect(await allRuns(second)).toEqual([]);
      const answer = await second.fetch("/api/rebuild", {
        method: "POST",
        headers,
        body: JSON.stringify({ scope: "deployment" }),
      });
      const { url } = (await answer.json()) as JobAnswer;
      const job = await eventually(
        () => second.json<JobAnswer>(url),
        ({ status }) => status === "success" || status === "error",
        60_000,
      );
      expect(job).toMatchObject({ status: "success", result: { projects: [{ project: "default", error: null }] } });
      expect(await listed(second)).toEqual(before);
    } finally {
      await second.stop();
    }
  } finally {
    removeState(first.state);
  }
}, 120_000);
