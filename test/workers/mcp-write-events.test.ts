import { describe, expect, test } from "vitest";
import type { RunEvent } from "../../src/events/event.ts";
import { newKey, newProject } from "./helpers.ts";
import { connect } from "./mcp-client.ts";

interface Written {
  run_id: string;
  created: boolean;
  first_seq: number;
  last_seq: number;
  url: string;
}

async function write(key: string, args: Record<string, unknown>) {
  const client = await connect(key);
  const answer = await client.callTool({ name: "write_events", arguments: args });
  await client.close();
  return { ...answer, written: answer.structuredContent as unknown as Written };
}

const call = {
  type: "SPAN",
  data: {
    span_id: "00000000000000a1",
    name: "chat",
    start_time_unix_nano: "1795000000000000000",
    end_time_unix_nano: "1795000002000000000",
    attributes: {
      "gen_ai.operation.name": "chat",
      "gen_ai.provider.name": "openai",
      "gen_ai.request.model": "gpt-4o",
      "gen_ai.usage.input_tokens": 1000,
      "gen_ai.usage.output_tokens": 100,
    },
  },
};

describe("write_events", () => {
  test("begins a run, goes on with it and ends it", async () => {
    const project = await newProject();
    const key = await newKey(project.id, ["ingest"]);
    const begun = await write(key, {
      name: "tidy the shelf",
      session_id: "s1",
      input: "Please tidy up.",
      events: [{ type: "STEP_STARTED", data: { stepName: "look" } }, call],
    });
    const { run_id, url } = begun.written;
    expect(begun.written).toEqual({
      run_id: expect.stringMatching(/^run_[0-9a-f]{32}$/),
      created: true,
      first_seq: 1,
      last_seq: 3,
      skipped: 0,
      url: `https://runlight.test/runs/${run_id}`,
    });
    expect(url).toContain(run_id);
    const ended = await write(key, {
      run_id,
      events: [{ type: "STEP_FINISHED", data: { stepName: "look" } }],
      finish: { status: "success", result: "All is tidy." },
    });
    expect(ended.written).toMatchObject({ run_id, created: false, first_seq: 4, last_seq: 5 });
    expect(await project.json(`/api/runs/${run_id}`)).toMatchObject({
      kind: "agent",
      name: "tidy the shelf",
      session_id: "s1",
      status: "success",
      input_preview: "Please tidy up.",
      output_preview: "All is tidy.",
      input_tokens: 1000,
      // 1,000 x $2.50 and 100 x $10 a million.
      cost_usd: 0.0035,
    });
  });

  test("is allowed by a token that may only read and write", async () => {
    const project = await newProject();
    const key = await newKey(project.id, ["read", "write"]);
    const earlier = { type: "CUSTOM", time: "2026-01-02T03:04:05Z", data: { name: "a", value: 1 } };
    const { written } = await write(key, { events: [earlier], finish: { status: "error", result: "No key." } });
    expect(written.last_seq).toBe(3);
    expect(await project.json(`/api/runs/${written.run_id}`)).toMatchObject({
      status: "error",
      started_at: "2026-01-02T03:04:05.000Z",
    });
    const refused = await write(await newKey(project.id, ["read"]), { name: "x" });
    expect(refused).toMatchObject({ isError: true, content: [{ text: expect.stringContaining("forbidden") }] });
  });

  test("writes once what is sent again with the same idempotency_key", async () => {
    const project = await newProject();
    const args = { name: "once", events: [{ type: "CUSTOM", data: { name: "a", value: 1 } }], idempotency_key: "k1" };
    const first = await write(project.key, args);
    const second = await write(project.key, args);
    expect(second.written).toEqual(first.written);
    const { data } = await project.json<{ data: RunEvent[] }>(`/api/runs/${first.written.run_id}/events`);
    expect(data.map(({ type }) => type)).toEqual(["RUN_STARTED", "CUSTOM"]);
    const mismatch = await write(project.key, { ...args, name: "twice" });
    expect(mismatch).toMatchObject({ content: [{ text: expect.stringContaining("idempotency_mismatch") }] });
    const other = await newProject();
    const theirs = await write(other.key, args);
    expect(theirs.written.run_id).not.toBe(first.written.run_id);
  });

  test("names the event that is wrong as the caller counts, and writes nothing", async () => {
    const project = await newProject();
    const refused = await write(project.key, {
      run_id: "mine",
      events: [call, { type: "STEP_STARTED", data: {} }],
      idempotency_key: "k2",
    });
    expect(refused).toMatchObject({
      isError: true,
      content: [{ text: expect.stringMatching(/unprocessable: 1 of 2 events .* events\[1\], data.stepName/) }],
    });
    expect((await project.fetch("/api/runs/mine")).status).toBe(404);
    // What had no effect may be tried again under its name.
    const right = {
      run_id: "mine",
      events: [call, { type: "STEP_STARTED", data: { stepName: "s" } }],
      idempotency_key: "k2",
    };
    expect((await write(project.key, right)).written).toMatchObject({ first_seq: 1, last_seq: 3 });
  });

  test("refuses what is nested too deep", async () => {
    const project = await newProject();
    for (const depth of [100, 5_000]) {
      const value = JSON.parse("[".repeat(depth) + "]".repeat(depth));
      const refused = write(project.key, { events: [{ type: "CUSTOM", data: { name: "deep", value } }] });
      await expect(refused).rejects.toThrow("nested too deep");
    }
  });

  test("another project's run of the same id is another run", async () => {
    const [one, other] = [await newProject(), await newProject()];
    await write(one.key, { run_id: "same", name: "one" });
    expect((await write(other.key, { run_id: "same", name: "other" })).written.created).toBe(true);
    expect(await one.json("/api/runs/same")).toMatchObject({ name: "one", event_count: 1 });
    const nothing = await write(one.key, { run_id: "same" });
    expect(nothing).toMatchObject({ isError: true, content: [{ text: expect.stringContaining("invalid_request") }] });
  });
});
