import { expect, test } from "vitest";
import type { JobAnswer } from "../../src/domain/jobs/schema.ts";
import { allRuns, eventually, hex, removeState, type StartedServer, span, startServer } from "./harness.ts";

const RUNS = 8_000;

function modelCall() {
  const text = (key: string, stringValue: string) => ({ key, value: { stringValue } });
  const tokens = (key: string) => ({ key, value: { intValue: "1000" } });
  return {
    ...span(hex(16), "chat"),
    attributes: [
      text("gen_ai.operation.name", "chat"),
      text("gen_ai.provider.name", "openai"),
      text("gen_ai.response.model", "house-1"),
      tokens("gen_ai.usage.input_tokens"),
      tokens("gen_ai.usage.output_tokens"),
    ],
  };
}

async function send(server: StartedServer, method: string, path: string, body: unknown): Promise<Response> {
  const headers = { "content-type": "application/json" };
  const response = await server.fetch(path, { method, headers, body: JSON.stringify(body) });
  expect(response.ok).toBe(true);
  return response;
}

test("a job that is killed in the middle goes on after the restart, and every run is repriced once", async () => {
  const first = await startServer();
  try {
    for (let sent = 0; sent < RUNS; sent += 500) {
      expect((await first.send(Array.from({ length: 500 }, modelCall))).status).toBe(200);
    }
    await eventually(
      () => allRuns(first),
      (runs) => runs.length === RUNS,
    );
    const price = { model: "house-*", input_usd_per_mtok: 1, output_usd_per_mtok: 2 };
    await send(first, "PUT", "/api/prices", { prices: [price] });
    const day = 86_400_000;
    const window = { from: new Date(Date.now() - day).toISOString(), to: new Date(Date.now() + day).toISOString() };
    const { id } = (await (await send(first, "POST", "/api/prices/reprice", window)).json()) as JobAnswer;
    let before: JobAnswer;
    do before = await first.json<JobAnswer>(`/api/jobs/${id}`);
    while (before.done === 0);
    await first.kill();
    expect(before.done).toBeLessThan(RUNS);
    console.log(`killed at ${before.done} of ${before.total} runs, ${before.status}`);

    const second = await startServer(first.state);
    try {
      const job = await eventually(
        () => second.json<JobAnswer>(`/api/jobs/${id}`),
        (each) => each.status === "success" || each.status === "error",
        // The lease of who was killed has to run out first.
        240_000,
      );
      expect(job).toMatchObject({ status: "success", done: RUNS, result: { runs: RUNS } });
      const runs = await allRuns(second);
      expect(new Set(runs.map((run) => run.cost_usd))).toEqual(new Set([0.003]));
    } finally {
      await second.stop();
    }
  } finally {
    removeState(first.state);
  }
}, 400_000);
