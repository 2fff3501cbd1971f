import { HttpAgent } from "@ag-ui/client";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { RunEvent } from "../../src/events/event.ts";
import { eventually, KEY, removeState, type StartedServer, startServer } from "./harness.ts";

let server: StartedServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(async () => {
  await server.stop();
  removeState(server.state);
});

async function append(run: string, events: object[]): Promise<void> {
  const response = await server.fetch(`/api/runs/${run}/events`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ events }),
  });
  expect(response.status).toBe(200);
}

function eventsOf(run: string) {
  return server.json<{ data: RunEvent[] }>(`/api/runs/${run}/events?limit=1000`);
}

/** Waits for the question, as whoever works on the run does, and answers it. */
async function work(run: string, turn: number): Promise<string> {
  const { data } = await eventually(
    () => eventsOf(run).catch(() => ({ data: [] })),
    ({ data }) => data?.filter(({ type }) => type === "RUN_STARTED").length === turn,
  );
  const started = data.filter(({ type }) => type === "RUN_STARTED").at(-1)?.data as {
    runId: string;
    threadId: string;
    input: { messages: { content: string }[] };
  };
  const messageId = `m${turn}`;
  await append(run, [{ type: "TEXT_MESSAGE_START", data: { messageId, role: "assistant" } }]);
  for (const delta of ["It is ", "18 degrees."]) {
    await append(run, [{ type: "TEXT_MESSAGE_CONTENT", data: { messageId, delta } }]);
  }
  const { threadId, runId } = started;
  await append(run, [
    { type: "TEXT_MESSAGE_END", data: { messageId } },
    { type: "REASONING_STEP", data: { step: 1, thought: "Ask the station." } },
    { type: "RUN_FINISHED", data: { threadId, runId } },
  ]);
  return started.input.messages.at(-1)?.content ?? "";
}

test("AG-UI's own client asks a run and reads the answer as it is written, turn after turn", async () => {
  const run = "weather-desk";
  const agent = new HttpAgent({
    url: `${server.origin}/api/runs/${run}/stream`,
    headers: { authorization: `Bearer ${KEY}` },
    threadId: "thread-1",
  });
  for (const [n, question] of ["Weather in Paris?", "And tomorrow?"].entries()) {
    agent.addMessage({ id: `q${n}`, role: "user", content: question });
    const custom: unknown[] = [];
    const [{ newMessages }, asked] = await Promise.all([
      agent.runAgent({}, { onCustomEvent: ({ event }) => void custom.push(event) }),
      work(run, n + 1),
    ]);
    expect(asked).toBe(question);
    expect(newMessages).toMatchObject([{ role: "assistant", content: "It is 18 degrees." }]);
    // What AG-UI has no type for comes as an event of that name.
    expect(custom).toMatchObject([{ name: "REASONING_STEP", value: { step: 1, thought: "Ask the station." } }]);
  }
  const { data } = await eventsOf(run);
  expect(data.map(({ seq }) => seq)).toEqual(data.map((_, n) => n + 1));
  expect(data.filter(({ type }) => type === "RUN_STARTED")).toHaveLength(2);
  expect(await server.json("/api/runs/weather-desk")).toMatchObject({
    kind: "agent",
    status: "success",
    session_id: "thread-1",
    input_preview: "Weather in Paris?",
  });
});
