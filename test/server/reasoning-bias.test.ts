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

const asked = () => at.provider.received.at(-1)?.body.messages.at(-1)?.content ?? "";

const json = (value: object) => ({ text: JSON.stringify(value) });

const clean = { bias_detected: false, confidence: 0.8, biases: [], explanation: "Sound." };

const anchored = {
  bias_detected: true,
  confidence: 0.9,
  bias_score: 0.7,
  biases: [
    {
      bias_type: "Anchoring bias",
      severity: "high",
      explanation: "The first number stays",
      location: "10 %",
      suggestion: "Measure",
    },
    { bias_type: "Hasty conclusion", severity: "low", explanation: "One example" },
  ],
  suggestions: ["Measure first"],
  explanation: "The first number decides.",
  revision_recommended: true,
  alternative_phrasing: "We do not know the number yet.",
};

interface List {
  data: Record<string, unknown>[];
}

describe("hybrid_biased_reasoning", () => {
  const step = { reasoning_step: "It was 10 % once, so it is 10 %.", context: "How much is lost?" };

  test("has a step of the host checked, and keeps the verdict", async () => {
    at.provider.replies = [json(anchored)];
    const one = await at.ask("hybrid_biased_reasoning", { ...step, bias_check_model: "openai/gpt-4o" });
    expect(one).toMatchObject({
      step_number: 1,
      bias_detected: true,
      confidence: 0.9,
      bias_score: 0.7,
      severity: "high",
      biases_found: [
        { bias_type: "anchoring_bias", severity: "high", description: "The first number stays", location: "10 %" },
        { bias_type: "hasty_conclusion", severity: "low", description: "One example", location: null },
      ],
      suggestions: ["Measure first"],
      revision_recommended: true,
      alternative_phrasing: "We do not know the number yet.",
      model_used: "gpt-4o",
      input_tokens: 100,
    });
    expect(asked()).toContain(`<step>\n${step.reasoning_step}\n</step>`);
    const findings = await at.server.json<List>(`/api/sessions/${one.session_id}/findings`);
    expect(findings.data).toMatchObject([
      {
        kind: "bias",
        bias: "anchoring_bias",
        level: "high",
        severity: 0.7,
        confidence: 0.9,
        step: 1,
        model: "gpt-4o",
        span_id: one.span_id,
      },
      { kind: "bias", bias: "hasty_conclusion", level: "low", step: 1 },
    ]);
    const run = await at.server.json<Run>(`/api/runs/${one.session_id}`);
    expect(run).toMatchObject({
      kind: "reasoning",
      status: "success",
      output_preview: "The first number decides.",
      llm_call_count: 1,
    });
    // The same again is the same.
    const { session_id } = one;
    const again = await at.ask("hybrid_biased_reasoning", { ...step, bias_check_model: "openai/gpt-4o", session_id });
    expect(again).toEqual(one);
    expect(at.provider.received).toHaveLength(1);
    // The next step is judged with those before it.
    at.provider.replies = [json(clean)];
    const next = await at.ask("hybrid_biased_reasoning", {
      reasoning_step: "So let us measure.",
      session_id,
      bias_types: ["sunk cost"],
    });
    expect(next).toMatchObject({ step_number: 2, bias_detected: false, bias_score: 0, severity: "none" });
    expect(asked()).toContain(step.reasoning_step);
    const { body } = at.provider.received.at(-1) ?? {};
    expect(body?.messages[0]?.content).toContain("Look for sunk cost,");
  });

  test("asks again for JSON once, and says so if it is not given any", async () => {
    at.provider.replies = [{ text: "I find it anchored." }, json(anchored)];
    const { session_id, ...one } = await at.ask("hybrid_biased_reasoning", step);
    expect(one).toMatchObject({ bias_detected: true });
    expect(at.provider.received[1]?.body.messages.slice(-2)).toEqual([
      { role: "assistant", content: "I find it anchored." },
      { role: "user", content: expect.stringContaining("JSON alone") },
    ]);
    expect(await at.server.json<Run>(`/api/runs/${session_id}`)).toMatchObject({ llm_call_count: 2 });
    at.provider.replies = [{ text: "Anchored." }, { text: '{"verdict": "anchored"}' }];
    const refused = await at.call("hybrid_biased_reasoning", { ...step, step_number: 2, session_id });
    expect(refused.isError).toBe(true);
    expect(refused.text).toMatch(/^model_answer_unreadable: .* twice\.[\s\S]*"session_id":"rs_/);
    // Nothing was made of it: the same step can be sent again.
    at.provider.replies = [json(clean)];
    expect(await at.ask("hybrid_biased_reasoning", { ...step, step_number: 2, session_id })).toMatchObject({
      step_number: 2,
    });
    const steps = await at.server.json<List>(`/api/sessions/${session_id}/steps`);
    expect(steps.data.map(({ step }) => step)).toEqual([1, 2]);
  });
});

describe("biased_reasoning", () => {
  const block = (text: string, understanding: string) => ({
    text: `${text}\n\`\`\`json\n${JSON.stringify({ confidence: 0.7, synthesis: { current_understanding: understanding } })}\n\`\`\``,
  });

  test("reasons, checks, corrects and concludes with two models, one step a call, also across a restart", async () => {
    const models = {
      primary_model: "openai/gpt-4o",
      verifier_model: "anthropic/claude-haiku-4-5",
      max_analysis_rounds: 2,
    };
    const query = "Is ten percent lost?";
    const one = await at.ask("biased_reasoning", { query, ...models });
    expect(one).toMatchObject({
      step_type: "query",
      step_number: 1,
      content: query,
      next_action: "continue_reasoning",
      model_used: null,
    });
    expect(at.provider.received).toHaveLength(0);
    const { session_id } = one;
    const next = (more: object = {}) => at.ask("biased_reasoning", { query, session_id, ...more });

    at.provider.replies = [block("It was once.", "Maybe.")];
    expect(await next()).toMatchObject({
      step_type: "reasoning",
      step_number: 2,
      next_action: "bias_check",
      model_used: "gpt-4o",
      synthesis_snapshot: { version: 1 },
    });
    at.provider.replies = [json(anchored)];
    expect(await next()).toMatchObject({
      step_type: "bias_analysis",
      step_number: 3,
      next_action: "correction_needed",
      model_used: "claude-haiku-4-5",
      bias_analysis: { bias_detected: true, severity: "high", biases_found: [{ bias_type: "anchoring_bias" }, {}] },
      content: expect.stringContaining("- anchoring_bias (high): The first number stays → Measure"),
    });
    await at.restart();
    at.provider.replies = [block("We have not measured.", "Unknown.")];
    expect(await next()).toMatchObject({
      step_type: "correction",
      next_action: "continue_reasoning",
      correction_details: { step: 2, original_text: "It was once.", corrected_text: "We have not measured." },
    });
    expect(asked()).toContain("anchoring_bias (high)");
    at.provider.replies = [block("Measured: three percent.", "Three.")];
    expect(await next({ query: "The meter says 3 %." })).toMatchObject({ step_type: "reasoning", step_number: 6 });
    expect(asked()).toContain('type="guidance">\nThe meter says 3 %.\n</step>');
    at.provider.replies = [json(clean)];
    expect(await next()).toMatchObject({ step_type: "bias_analysis", next_action: "ready_for_synthesis" });
    at.provider.replies = [block("No: three.", "Three, as measured.")];
    const last = await next();
    expect(last).toMatchObject({
      step_type: "synthesis",
      content: "No: three.",
      next_action: "complete",
      synthesis_snapshot: { version: 4, current_understanding: "Three, as measured." },
      session_status: {
        total_steps: 8,
        reasoning_steps: 2,
        bias_checks: 2,
        corrections_made: 1,
        max_rounds: 2,
        overall_quality: 0.65,
        is_complete: true,
      },
    });
    // Once more says the same; no model is asked.
    const before = at.provider.received.length;
    expect(await next()).toEqual(last);
    expect(at.provider.received).toHaveLength(before);

    const steps = await at.server.json<List>(`/api/sessions/${session_id}/steps`);
    expect(steps.data.map(({ step, step_type }) => [step, step_type])).toEqual([
      [1, "query"],
      [2, "reasoning"],
      [3, "bias_analysis"],
      [4, "correction"],
      [5, "guidance"],
      [6, "reasoning"],
      [7, "bias_analysis"],
      [8, "synthesis"],
    ]);
    expect(steps.data[3]).toMatchObject({ revises_step: 2 });
    const findings = await at.server.json<List>(`/api/sessions/${session_id}/findings`);
    expect(findings.data).toMatchObject([
      { bias: "anchoring_bias", step: 2, model: "claude-haiku-4-5" },
      { bias: "hasty_conclusion", step: 2 },
    ]);
    const run = await at.server.json<Run>(`/api/runs/${session_id}`);
    expect(run).toMatchObject({ status: "success", llm_call_count: 6, output_preview: "No: three." });
  });

  test("finds the unfinished session of a query, unless a new one is asked for", async () => {
    const query = "Which one?";
    const one = await at.ask("biased_reasoning", { query });
    expect(await at.ask("biased_reasoning", { query })).toMatchObject({
      session_id: one.session_id,
      step_type: "reasoning",
    });
    const other = await at.ask("biased_reasoning", { query, new_session: true });
    expect(other.session_id).not.toBe(one.session_id);
    expect(other.step_type).toBe("query");
    at.provider.replies = [json(clean), { text: "That one." }];
    const check = { query, max_analysis_rounds: 1 };
    expect(await at.ask("biased_reasoning", check)).toMatchObject({ next_action: "ready_for_synthesis" });
    expect(await at.ask("biased_reasoning", check)).toMatchObject({
      next_action: "complete",
      session_id: one.session_id,
    });
    // It is complete: the query begins anew.
    const third = await at.ask("biased_reasoning", check);
    expect(third.step_type).toBe("query");
    expect([one.session_id, other.session_id]).not.toContain(third.session_id);
    expect(await at.ask("biased_reasoning", check)).toMatchObject({
      session_id: third.session_id,
      step_type: "reasoning",
    });
  });

  test("takes the same step again after a call that failed", async () => {
    const { session_id } = await at.ask("biased_reasoning", { query: "And this?" });
    at.provider.replies = [{ cut: "Half a thou" }, { text: "All of it." }];
    const failed = await at.call("biased_reasoning", { query: "And this?", session_id });
    expect(failed.text).toMatch(/^model_failed: /);
    expect(await at.ask("biased_reasoning", { query: "And this?", session_id })).toMatchObject({
      step_type: "reasoning",
      step_number: 2,
      content: "All of it.",
    });
  });
});
