import { evictDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import type { Run } from "../../src/domain/runs/schema.ts";
import { eventually, newProject, type TestProject } from "./helpers.ts";
import { connect } from "./mcp-client.ts";

interface Answer {
  session_id: string;
  continuation_id: string;
  url: string;
  status: string;
  branches: string[];
  thought_history_length: number;
  total_thoughts: number;
  findings: unknown[];
}

async function call(project: TestProject, name: string, args: object) {
  const client = await connect(project.key);
  const result = await client.callTool({ name, arguments: { ...args } });
  await client.close();
  const [first] = result.content as { text: string }[];
  return { isError: result.isError ?? false, text: first?.text ?? "", answer: result.structuredContent as unknown };
}

async function thought(project: TestProject, args: object): Promise<Answer> {
  const { isError, text, answer } = await call(project, "sequential_thinking", args);
  expect(isError, text).toBe(false);
  return answer as Answer;
}

async function eventsOf(project: TestProject, id: string) {
  const { data } = await project.json<{ data: { seq: number; type: string; data: Record<string, unknown> }[] }>(
    `/api/runs/${id}/events?limit=1000`,
  );
  return data;
}

const first = { thought: "Why do the tests fail?", thought_number: 1, total_thoughts: 2, next_thought_needed: true };

describe("sequential_thinking", () => {
  test("makes a session of the kind reasoning, and its last thought ends it", async () => {
    const project = await newProject();
    const one = await thought(project, first);
    expect(one).toEqual({
      thought_number: 1,
      total_thoughts: 2,
      next_thought_needed: true,
      status: "recorded",
      branches: [],
      thought_history_length: 1,
      findings: [],
      session_id: expect.stringMatching(/^rs_[0-9a-f]{32}$/),
      continuation_id: one.session_id,
      url: `https://runlight.test/sessions/${one.session_id}`,
    });
    const last = { ...first, thought: "The clock is wrong.", thought_number: 3, next_thought_needed: false };
    const two = await thought(project, { ...last, continuation_id: one.session_id });
    expect(two).toMatchObject({ session_id: one.session_id, status: "complete", total_thoughts: 3 });
    expect(two.thought_history_length).toBe(2);

    const run = await project.json<Run>(`/api/runs/${one.session_id}`);
    expect(run).toMatchObject({
      id: one.session_id,
      kind: "reasoning",
      name: "sequential_thinking: Why do the tests fail?",
      session_id: one.session_id,
      status: "success",
      metadata: { tool: "sequential_thinking" },
      input_preview: "Why do the tests fail?",
      output_preview: "The clock is wrong.",
    });
    const events = await eventsOf(project, one.session_id);
    expect(events.map(({ type }) => type)).toEqual(["RUN_STARTED", "REASONING_STEP", "REASONING_STEP", "RUN_FINISHED"]);
    expect(events[1]?.data).toMatchObject({
      step: 1,
      thought: first.thought,
      tool: "sequential_thinking",
      total_steps: 2,
    });
  });

  test("goes on after its log was evicted, and the same thought again is the same thought", async () => {
    const project = await newProject();
    const { session_id } = await thought(project, first);
    await evictDurableObject(env.RUN_LOG.getByName(`${project.id}/${session_id}`));
    const second = { ...first, thought: "Look at the clock.", thought_number: 2, session_id };
    const [a, b] = [await thought(project, second), await thought(project, second)];
    expect(a).toEqual(b);
    expect(a.thought_history_length).toBe(2);
    expect((await eventsOf(project, session_id)).length).toBe(3);
  });

  test("keeps revisions and branches, and refuses those of thoughts that are not there", async () => {
    const project = await newProject();
    const { session_id } = await thought(project, first);
    const base = { ...first, thought_number: 2, session_id };
    const branch = { ...base, thought: "Or the network?", branch_from_thought: 1, branch_id: "network" };
    expect(await thought(project, branch)).toMatchObject({ status: "branch", branches: ["network"] });
    const revision = { ...base, thought: "Why does one test fail?", is_revision: true, revises_thought: 1 };
    expect(await thought(project, revision)).toMatchObject({ status: "revision" });
    const refused = await call(project, "sequential_thinking", { ...base, revises_thought: 9 });
    expect(refused).toMatchObject({
      isError: true,
      text: expect.stringContaining("unprocessable: revises_thought is 9"),
    });
    const steps = (await eventsOf(project, session_id)).slice(1).map(({ data }) => data);
    expect(steps).toMatchObject([
      { step: 1 },
      { step: 2, branch_id: "network", branch_from_step: 1 },
      { step: 2, revises_step: 1 },
    ]);
  });

  test("is told once when its thoughts go in circles", async () => {
    const project = await newProject();
    const { session_id } = await thought(project, first);
    const circle = "The clock of the test machine is wrong, so the certificates look expired and the tests fail.";
    const told: unknown[] = [];
    for (let n = 2; n <= 6; n++) {
      const { findings } = await thought(project, { ...first, thought: circle, thought_number: n, session_id });
      told.push(...findings);
    }
    expect(told).toMatchObject([{ monitor: "circular", score: expect.any(Number), step: expect.any(Number) }]);
    const flagged = (await eventsOf(project, session_id)).filter(({ type }) => type === "MONITOR_FLAGGED");
    expect(flagged.map(({ data }) => data.monitor)).toEqual(["circular"]);
  });

  test("does not find a session of another project, nor what is no session", async () => {
    const [mine, theirs] = [await newProject(), await newProject()];
    const { session_id } = await thought(theirs, first);
    await mine.json("/api/runs", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ id: "plain", kind: "agent", name: "plain" }),
    });
    for (const id of [session_id, "plain", "rs_00000000000000000000000000000000", "../x"]) {
      const { isError, text } = await call(mine, "sequential_thinking", { ...first, session_id: id });
      expect(isError).toBe(true);
      expect(text).toContain("session_not_found: There is no reasoning session");
    }
  });

  test("takes the scope write", async () => {
    const project = await newProject(["read", "ingest"]);
    const { isError, text } = await call(project, "sequential_thinking", first);
    expect({ isError, text }).toEqual({ isError: true, text: expect.stringContaining("forbidden") });
  });
});

describe("illumination_status", () => {
  const status = async (project: TestProject, args: object = {}) => {
    const { isError, text, answer } = await call(project, "illumination_status", args);
    expect(isError, text).toBe(false);
    return answer as Record<string, unknown>;
  };

  test("says how a session stands, by its log, also after an eviction", async () => {
    const project = await newProject();
    expect(await status(project)).toMatchObject({
      illumination: "active",
      brightness: null,
      shadows_detected: 0,
      metacognitive_state: "idle",
      monitors: [{ monitor: "circular" }, { monitor: "drift" }, { monitor: "quality" }],
      session: null,
      recent_sessions: [],
    });
    const { session_id } = await thought(project, first);
    const circle = "The clock of the test machine is wrong, so the certificates look expired and the tests fail.";
    for (let n = 2; n <= 5; n++) await thought(project, { ...first, thought: circle, thought_number: n, session_id });
    await evictDurableObject(env.RUN_LOG.getByName(`${project.id}/${session_id}`));
    expect(await status(project, { session_id })).toMatchObject({
      brightness: 0.8,
      shadows_detected: 1,
      metacognitive_state: "shadowed",
      message: expect.stringContaining("1 found"),
      session: {
        session_id,
        tool: "sequential_thinking",
        question: first.thought,
        steps: 5,
        model_calls: 0,
        turn_complete: false,
        findings: [{ monitor: "circular" }],
        biases: [],
      },
    });
    // Without a name it is the newest, once the project's list has it.
    const newest = await eventually(
      () => status(project),
      ({ session }) => session !== null,
    );
    expect(newest).toMatchObject({
      session: { session_id, steps: 5 },
      recent_sessions: [{ session_id, running: true, url: `https://runlight.test/sessions/${session_id}` }],
    });
  });

  test("takes the scope read, and knows nothing of other projects", async () => {
    const [mine, theirs] = [await newProject(["read"]), await newProject()];
    const { session_id } = await thought(theirs, first);
    const refused = await call(mine, "illumination_status", { session_id });
    expect(refused).toMatchObject({ isError: true, text: expect.stringContaining("session_not_found") });
    const writer = await newProject(["write"]);
    expect((await call(writer, "illumination_status", {})).text).toContain("forbidden");
  });
});
