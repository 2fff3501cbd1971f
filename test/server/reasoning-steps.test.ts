import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Run } from "../../src/domain/runs/schema.ts";
import { type ReasoningServer, startReasoning } from "./reasoning-server.ts";

let at: ReasoningServer;

beforeAll(async () => {
  at = await startReasoning();
});

beforeEach(() => {
  at.provider.replies = [];
  at.provider.received = [];
});

afterAll(() => at?.stop());

const synthesis = (understanding: string) => ({
  current_understanding: understanding,
  key_insights: [{ insight: "The cache is cold", confidence: 0.8 }, "Deploys empty it"],
  action_items: [{ action: "Warm the cache", priority: "high" }],
  confidence: "70%",
  clarity: 0.6,
});

/** An answer as models are asked for it: prose, and the block. */
const written = (prose: string, more: object) => ({ text: `${prose}\n\n\`\`\`json\n${JSON.stringify(more)}\n\`\`\`` });

const first = {
  thought: "Why is the first request slow?",
  thought_number: 1,
  total_thoughts: 2,
  next_thought_needed: true,
};

/** What the fake was asked last. */
const asked = () => at.provider.received.at(-1)?.body.messages.at(-1)?.content ?? "";

const typesOf = async (id: string) => (await at.events(id)).map(({ type }) => type);

describe("traced_reasoning", () => {
  test("keeps each step of the model with its synthesis, and concludes", async () => {
    at.provider.replies = [
      written("The cache is cold after a deploy.", {
        step_type: "exploration",
        confidence: 0.6,
        synthesis: synthesis("A cold cache."),
      }),
      written("Warm it: then it is fast.", { confidence: 0.9, synthesis: synthesis("Warm the cache.") }),
    ];
    const one = await at.ask("traced_reasoning", { ...first, model: "openai/gpt-4o", temperature: 0.2 });
    expect(one).toMatchObject({
      status: "thinking",
      thought_number: 1,
      next_thought_needed: true,
      thought_content: "The cache is cold after a deploy.",
      thought_type: "exploration",
      confidence: 0.6,
      interventions: [],
      synthesis_snapshot: {
        version: 1,
        current_understanding: "A cold cache.",
        key_insights: [{ insight: "The cache is cold", confidence: 0.8 }, { insight: "Deploys empty it" }],
        action_items: [{ action: "Warm the cache", priority: "high" }],
        confidence: 0.7,
        clarity: 0.6,
      },
      final_answer: null,
      model_used: "gpt-4o",
      input_tokens: 100,
      output_tokens: 30,
      continuation_id: one.session_id,
      url: `${at.server.origin}/sessions/${one.session_id}`,
    });
    expect(asked()).toContain("<question>\nWhy is the first request slow?\n</question>");
    const last = { thought: "What should we do?", thought_number: 2, total_thoughts: 2, next_thought_needed: false };
    const two = await at.ask("traced_reasoning", { ...last, continuation_id: one.session_id, model: "openai/gpt-4o" });
    expect(two).toMatchObject({
      status: "conclusion_reached",
      thought_type: "conclusion",
      final_answer: "Warm it: then it is fast.",
      synthesis_snapshot: { version: 2, current_understanding: "Warm the cache." },
      overall_metrics: { total_steps: 2, average_confidence: 0.75, interventions_count: 0 },
    });
    // It was shown the step before, and asked for the conclusion.
    expect(asked()).toContain('<step number="1" type="exploration">\nThe cache is cold after a deploy.\n</step>');
    expect(asked()).toContain("<asked>\nWhat should we do?\n</asked>");
    expect(await typesOf(one.session_id)).toEqual([
      ...["RUN_STARTED", "SPAN_STARTED", "SPAN_STARTED", "SPAN", "REASONING_STEP", "SYNTHESIS_UPDATED"],
      ...["SPAN_STARTED", "SPAN", "REASONING_STEP", "SYNTHESIS_UPDATED", "SPAN", "RUN_FINISHED"],
    ]);
    const kept = await at.events(one.session_id);
    expect(kept[5]?.data).toMatchObject({
      version: 1,
      step: 1,
      // As the model wrote it, beside what was read of it.
      synthesis: expect.stringContaining('"confidence":"70%"'),
      parsed: { confidence: 0.7, key_insights: [{ step: 1 }, { insight: "Deploys empty it", step: 1 }] },
    });
    const run = await at.server.json<Run>(`/api/runs/${one.session_id}`);
    expect(run).toMatchObject({ status: "success", llm_call_count: 2, output_preview: "Warm it: then it is fast." });
    expect(run.cost_usd).toBeGreaterThan(0);
    // The same step again, as by a client that did not hear the answer: no model is asked.
    const before = at.provider.received.length;
    const again = await at.ask("traced_reasoning", { ...last, session_id: one.session_id, model: "openai/gpt-4o" });
    expect(again).toEqual(two);
    expect(at.provider.received).toHaveLength(before);
  });

  test.each([
    ["no JSON at all", "It is the cache. I am sure.", "It is the cache. I am sure."],
    ["a block that is no JSON", "It is the cache.\n```json\n{broken\n```", "It is the cache.\n```json\n{broken\n```"],
    ["JSON of another kind", 'Send this:\n```json\n{"ttl": 5}\n```', 'Send this:\n```json\n{"ttl": 5}\n```'],
    ["nothing but JSON", '{"thought": "It is the cache.", "confidence": "high"}', "It is the cache."],
  ])("takes an answer with %s for the thought that it is", async (_, text, thought) => {
    at.provider.replies = [{ text }];
    const one = await at.ask("traced_reasoning", first);
    expect(one).toMatchObject({ thought_content: thought, thought_type: "initial", synthesis_snapshot: null });
    expect(await typesOf(one.session_id)).not.toContain("SYNTHESIS_UPDATED");
  });

  test("keeps a synthesis that is not in its form as the model wrote it", async () => {
    at.provider.replies = [written("The cache.", { synthesis: ["It", "is", "cold"] })];
    const one = await at.ask("traced_reasoning", first);
    expect(one.synthesis_snapshot).toBe(null);
    const kept = (await at.events(one.session_id)).find(({ type }) => type === "SYNTHESIS_UPDATED");
    expect(kept?.data).toEqual({ version: 1, synthesis: '{"synthesis":["It","is","cold"]}', step: 1 });
  });

  test("tells of circles once, unless the guardrail is off", async () => {
    const circle = "The clock of the test machine is wrong, so the certificates look expired and the tests fail.";
    for (const [on, seen] of [
      [true, 1],
      [false, 0],
    ] as const) {
      const guardrails = { circular_reasoning_detection: on };
      let session_id: string | undefined;
      const statuses: unknown[] = [];
      const told: unknown[] = [];
      for (let n = 1; n <= 5; n++) {
        at.provider.replies = [written(circle, { confidence: 0.5 })];
        const question = {
          thought: n === 1 ? "Why do the tests fail?" : "Go on.",
          thought_number: n,
          total_thoughts: 6,
        };
        const step = await at.ask("traced_reasoning", {
          ...question,
          next_thought_needed: true,
          guardrails,
          session_id,
        });
        session_id = step.session_id;
        statuses.push(step.status);
        told.push(...(step.interventions as unknown[]));
      }
      expect(told).toHaveLength(seen);
      expect(statuses.filter((status) => status === "intervention_needed")).toHaveLength(seen);
      if (on) expect(told).toMatchObject([{ intervention_type: "circular_reasoning", severity: expect.any(String) }]);
    }
  });

  test("goes on after a restart of the server, and after a call that failed", async () => {
    at.provider.replies = [written("One.", { synthesis: synthesis("First.") })];
    const { session_id } = await at.ask("traced_reasoning", first);
    await at.restart();
    const second = { ...first, thought: "And then?", thought_number: 2, session_id };
    at.provider.replies = [{ status: 429, body: {}, headers: { "retry-after": "9" } }, written("Two.", {})];
    const refused = await at.call("traced_reasoning", second);
    expect(refused).toMatchObject({ isError: true, text: expect.stringContaining(`"session_id":"${session_id}"`) });
    expect(refused.text).toMatch(/^model_rate_limited: .*in 9 s/);
    expect(await at.ask("traced_reasoning", second)).toMatchObject({
      thought_content: "Two.",
      overall_metrics: { total_steps: 2 },
      // No new one: the first still stands.
      synthesis_snapshot: { version: 1, current_understanding: "First." },
    });
    expect(asked()).toContain('<step number="1"');
    expect(asked()).toContain('"current_understanding":"First."');
  });

  test("revises and branches, and refuses what is not there before any model is asked", async () => {
    const { session_id } = await at.ask("traced_reasoning", first);
    const base = { ...first, thought: "Again", thought_number: 2, session_id };
    await at.ask("traced_reasoning", { ...base, is_revision: true, revises_thought: 1 });
    expect(asked()).toContain("It revises step 1");
    const branch = { ...base, thought: "Or", thought_number: 3, branch_from_thought: 1, branch_id: "network" };
    expect(await at.ask("traced_reasoning", branch)).toMatchObject({ branches: ["network"] });
    const before = at.provider.received.length;
    const refused = await at.call("traced_reasoning", { ...base, revises_thought: 9 });
    expect(refused.text).toMatch(/^unprocessable: revises_thought is 9, but the session has the thoughts 1, 2, 3/);
    expect(at.provider.received).toHaveLength(before);
  });
});

describe("sequential_thinking_external", () => {
  test("has a model write the thought, or keeps the host's own", async () => {
    at.provider.replies = [written("Begin with the clock.", { confidence: 0.4, synthesis: synthesis("The clock.") })];
    const one = await at.ask("sequential_thinking_external", { ...first, model: "claude-haiku-4-5" });
    expect(one).toMatchObject({
      thought_content: "Begin with the clock.",
      status: "thinking",
      confidence: 0.4,
      model_used: "claude-haiku-4-5",
      thought_history_length: 1,
      reasoning_hint: expect.stringContaining("thought_number 2"),
      synthesis_snapshot: { current_understanding: "The clock." },
    });
    const before = at.provider.received.length;
    const own = { thought: "I looked: it is right.", thought_number: 2, total_thoughts: 2, next_thought_needed: false };
    const two = await at.ask("sequential_thinking_external", { ...own, use_llm: false, session_id: one.session_id });
    expect(two).toMatchObject({
      thought_content: own.thought,
      status: "complete",
      model_used: null,
      input_tokens: null,
    });
    expect(at.provider.received).toHaveLength(before);
    const run = await at.server.json<Run>(`/api/runs/${one.session_id}`);
    expect(run).toMatchObject({ status: "success", output_preview: own.thought, llm_call_count: 1 });
  });
});

describe("planner", () => {
  const task = { step: "Add a rate limit to the API", step_number: 1, total_steps: 6, next_step_required: true };

  test("plans step by step with what must be done, and reads the files of the session", async () => {
    at.provider.replies = [
      written("Find where requests come in.", {
        mandatory_actions: ["Read the router", "List the endpoints"],
        recommended_files: "src/router.ts",
        required_thinking: ["What is the limit for?"],
        synthesis: synthesis("There is a router."),
      }),
      written("1. Middleware. 2. Test.", { synthesis: synthesis("A middleware with a counter.") }),
    ];
    const one = await at.ask("planner", task);
    expect(one).toMatchObject({
      status: "planning",
      step_content: "Find where requests come in.",
      mandatory_actions: ["Read the router", "List the endpoints"],
      recommended_files: ["src/router.ts"],
      thinking_required: true,
      required_thinking: ["What is the limit for?"],
      files_examined: [],
      planning_complete: false,
      plan_summary: null,
    });
    const put = await at.server.fetch(`/api/runs/${one.session_id}/artifacts/router.ts`, {
      method: "PUT",
      headers: { "content-type": "text/plain" },
      body: "export const router = 1;",
    });
    const { id } = (await put.json()) as { id: string };
    const last = { ...task, step: "The router is one file.", step_number: 2, next_step_required: false };
    const two = await at.ask("planner", { ...last, session_id: one.session_id });
    expect(asked()).toContain(`<file id="${id}" name="router.ts">\nexport const router = 1;\n</file>`);
    expect(two).toMatchObject({
      status: "planning_complete",
      planning_complete: true,
      thinking_required: false,
      files_examined: ["router.ts"],
      artifacts_examined: [{ id, name: "router.ts" }],
      plan_summary: "A middleware with a counter.",
      step_history_length: 2,
    });
    const steps = await at.server.json<{ data: object[] }>(`/api/sessions/${one.session_id}/steps`);
    expect(steps.data).toMatchObject([
      {
        step: 1,
        tool: "planner",
        step_type: "plan",
        details: { mandatory_actions: ["Read the router", "List the endpoints"] },
      },
      { step: 2, prompt: "The router is one file.", next_step_needed: false, total_steps: 6 },
    ]);
    at.provider.replies = [written("Again.", {})];
    await at.ask("planner", {
      ...last,
      step: "And now?",
      step_number: 3,
      auto_discover_files: false,
      session_id: one.session_id,
    });
    expect(asked()).not.toContain("<file");
  });

  test("names its own arguments where a step is not there", async () => {
    const refused = await at.call("planner", { ...task, is_step_revision: true, revises_step_number: 4 });
    expect(refused.text).toMatch(/^unprocessable: revises_step_number is 4, but the session has no thoughts yet/);
  });
});
