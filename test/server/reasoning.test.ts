import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { LlmCall, Run } from "../../src/domain/runs/schema.ts";
import { eventually, removeState, startServer } from "./harness.ts";
import { callTool, connect, environment, KEYS, type ReasoningServer, startReasoning } from "./reasoning-server.ts";

let at: ReasoningServer;

const call = (name: string, args: object) => at.call(name, args);
const events = (id: string) => at.events(id);

beforeAll(async () => {
  at = await startReasoning();
});

beforeEach(() => {
  at.provider.replies = [];
  at.provider.received = [];
});

afterAll(() => at?.stop());

describe("confer", () => {
  test.each([
    ["openai/gpt-4o", "/openai/v1/chat/completions", "openai", "gpt-4o"],
    ["anthropic/claude-sonnet-4-5", "/anthropic/v1/messages", "anthropic", "claude-sonnet-4-5"],
    ["openrouter/openai/gpt-4o", "/openrouter/v1/chat/completions", "openrouter", "openai/gpt-4o"],
  ])("asks %s by the provider's own SDK and keeps the call as a priced span", async (model, path, name, asked) => {
    at.provider.replies = [{ text: "Yes: it is blue, as light is scattered." }];
    const { data, isError, text } = await call("confer", { message: "Is the sky blue?", model, temperature: 0.5 });
    expect(isError, text).toBe(false);
    expect(at.provider.received).toMatchObject([{ path, body: { model: asked, stream: true, temperature: 0.5 } }]);
    expect(data).toMatchObject({
      response: "Yes: it is blue, as light is scattered.",
      turn: 1,
      model_used: asked,
      input_tokens: 100,
      output_tokens: 30,
      url: `${at.server.origin}/sessions/${data.session_id}`,
    });
    expect((await events(data.session_id)).map(({ type }) => type)).toEqual([
      "RUN_STARTED",
      "SPAN_STARTED",
      "SPAN_STARTED",
      "SPAN",
      "REASONING_STEP",
      "SPAN",
      "RUN_FINISHED",
    ]);
    const { data: calls } = await at.server.json<{ data: LlmCall[] }>(`/api/runs/${data.session_id}/llm-calls`);
    expect(calls).toMatchObject([
      {
        operation: "chat",
        model: asked,
        provider: name,
        status: "ok",
        input_tokens: 100,
        cached_input_tokens: 20,
        output_tokens: 30,
        cost_usd: expect.any(Number),
      },
    ]);
    const run = await at.server.json<Run>(`/api/runs/${data.session_id}`);
    expect(run).toMatchObject({ kind: "reasoning", status: "success", llm_call_count: 1, error_count: 0 });
    expect(run.cost_usd).toBeGreaterThan(0);
    const span = await at.server.json<{ input: unknown; output: unknown }>(
      `/api/runs/${data.session_id}/spans/${data.span_id}`,
    );
    expect(JSON.stringify(span.input)).toContain("Is the sky blue?");
    expect(JSON.stringify(span.output)).toContain("as light is scattered");
  });

  test("goes on with a conversation after the server was stopped and started on the same state", async () => {
    at.provider.replies = [{ text: "My number is 42." }];
    const first = await call("confer", { message: "Think of a number.", model: "openai/gpt-4o" });
    await at.restart();
    const second = await call("confer", {
      message: "Which was it?",
      model: "openai/gpt-4o",
      continuation_id: first.data.session_id,
    });
    expect(second.data).toMatchObject({ session_id: first.data.session_id, turn: 2 });
    expect(at.provider.received[1]?.body.messages.slice(1)).toEqual([
      { role: "user", content: "Think of a number." },
      { role: "assistant", content: "My number is 42." },
      { role: "user", content: "Which was it?" },
    ]);
  });

  test("says what a provider's error means and what to do, and keeps the failed call", async () => {
    const quoted = { error: { message: `Incorrect API key provided: ${KEYS.OPENAI_API_KEY}`, type: "x", code: "y" } };
    const cases = [
      [{ status: 401, body: quoted }, /^model_key_refused: openai \(gpt-4o\) refused the key \(401\)/],
      [
        { status: 429, body: { error: { message: "Slow down" } }, headers: { "retry-after": "7" } },
        /^model_rate_limited: .*Slow down.* Send the same step again in 7 s\./,
      ],
      [
        { status: 400, body: { error: { message: "temperature is not taken" } } },
        /^model_rejected: .*\(400\).*temperature/,
      ],
      [{ status: 404, body: { error: { message: "No such model" } } }, /^model_rejected: .*\(404\).*No such model/],
      [
        { status: 503, body: { error: { message: `Broken, ${KEYS.OPENAI_API_KEY}` } } },
        /^model_failed: .*\(503\).*\[key\]/,
      ],
      [{ status: 500, body: "<h1>Oops</h1>" }, /^model_failed: .*\(500\)/],
      [{ cut: "Half an ans" }, /^model_failed: /],
      [{ raw: "data: {not json\n\n", contentType: "text/event-stream" }, /^model_failed: /],
      [{ raw: "<h1>It works!</h1>", contentType: "text/html" }, /^model_failed: .*cut off after 0 characters/],
      [{ text: "" }, /^model_failed: .*gave no text/],
      [{ drip: "and so on ", everyMs: 50 }, /^model_timeout: .*had not finished after 5 s \([1-9]\d* characters/],
    ] as const;
    for (const [reply, says] of cases) {
      at.provider.replies = [reply];
      const { isError, text } = await call("confer", { message: "Hello", model: "openai/gpt-4o" });
      expect({ isError, text }).toEqual({ isError: true, text: expect.stringMatching(says) });
      const id = /"session_id":"(rs_[0-9a-f]{32})"/.exec(text)?.[1] ?? "";
      const kept = await events(id);
      expect(kept.map(({ type }) => type)).toEqual(["RUN_STARTED", "SPAN_STARTED", "SPAN_STARTED", "SPAN"]);
      expect(kept[3]?.data).toMatchObject({
        status: { code: "error" },
        attributes: { "error.type": text.split(":")[0] },
      });
      expect(JSON.stringify(kept)).not.toContain(KEYS.OPENAI_API_KEY);
    }
  });

  test("says the same of Anthropic's errors, also of one inside the stream", async () => {
    const overloaded = { type: "error", error: { type: "overloaded_error", message: "Overloaded" } };
    const cases = [
      [
        { status: 401, body: { type: "error", error: { type: "authentication_error", message: "bad" } } },
        /^model_key_refused/,
      ],
      [{ status: 429, body: {}, headers: { "retry-after": "3" } }, /^model_rate_limited: .*in 3 s/],
      [{ status: 529, body: overloaded }, /^model_failed: .*\(529\).*Overloaded/],
      [
        { raw: `event: error\ndata: ${JSON.stringify(overloaded)}\n\n`, contentType: "text/event-stream" },
        /^model_failed: .*Overloaded/,
      ],
      [{ cut: "Half" }, /^model_failed: /],
    ] as const;
    for (const [reply, says] of cases) {
      at.provider.replies = [reply];
      const { isError, text } = await call("confer", { message: "Hello", model: "claude-haiku-4-5" });
      expect({ isError, text }).toEqual({ isError: true, text: expect.stringMatching(says) });
    }
  });

  test("says the same of OpenRouter's errors, also of one inside the stream", async () => {
    const broken = { id: "1", choices: [], error: { code: 502, message: "Provider disconnected" } };
    const cases = [
      [{ status: 402, body: { error: { code: 402, message: "Out of credits" } } }, /^model_rejected: .*Out of credits/],
      [
        { status: 403, body: { error: { code: 403, message: "Moderated" } } },
        /^model_key_refused: openrouter .*Moderated/,
      ],
      [{ status: 429, body: {}, headers: { "retry-after": "Fri, 01 Jan 2027 00:00:00 GMT" } }, /again in \d+ s\.$/m],
      [
        { raw: `data: ${JSON.stringify(broken)}\n\n`, contentType: "text/event-stream" },
        /^model_failed: .*Provider disconnected/,
      ],
    ] as const;
    for (const [reply, says] of cases) {
      at.provider.replies = [reply];
      const { isError, text } = await call("confer", { message: "Hello", model: "openrouter/openai/gpt-4o" });
      expect({ isError, text: text.split("\n")[0] }).toEqual({ isError: true, text: expect.stringMatching(says) });
    }
  });

  test("can be sent again to the session of a call that failed", async () => {
    at.provider.replies = [{ status: 500, body: {} }, { text: "Now." }];
    const failed = await call("confer", { message: "Hello", model: "mini" });
    const session_id = /"session_id":"(rs_[0-9a-f]{32})"/.exec(failed.text)?.[1];
    const { data } = await call("confer", { message: "Hello", model: "mini", session_id });
    expect(data).toMatchObject({ response: "Now.", turn: 1, session_id });
    const run = await at.server.json<Run>(`/api/runs/${session_id}`);
    expect(run).toMatchObject({ status: "success", llm_call_count: 2, error_count: 1 });
  });

  test("tells of its progress, and hangs up on the model when its client does", async () => {
    at.provider.replies = [{ drip: "word ", everyMs: 100 }];
    const abort = new AbortController();
    const before = at.provider.hungUp;
    const told: string[] = [];
    const waiting = at.client.callTool(
      { name: "confer", arguments: { message: "Long, please", model: "openai/gpt-4o" } },
      {
        signal: abort.signal,
        onprogress: ({ message }) => {
          told.push(message ?? "");
          // Once the model is at work.
          if (told.length > 1) abort.abort();
        },
      },
    );
    await expect(waiting).rejects.toThrow();
    expect(told).toEqual([
      "gpt-4o: 0 characters after 0 s",
      expect.stringMatching(/^gpt-4o: [1-9]\d* characters after \d+ s$/),
    ]);
    await eventually(
      async () => at.provider.hungUp,
      (count) => count > before,
    );
    const { data } = await at.server.json<{ data: Run[] }>("/api/runs?kind=reasoning&limit=1");
    const kept = await eventually(
      () => events(data[0]?.id ?? ""),
      (list) => list.length === 4,
    );
    expect(kept[3]).toMatchObject({ type: "SPAN", data: { attributes: { "error.type": "cancelled" } } });
  });

  test("reads text artifacts, and says of paths what to do instead", async () => {
    const upload = async (name: string, type: string, body: string) => {
      const answer = await at.server.fetch(`/api/runs/files/artifacts/${name}`, {
        method: "PUT",
        headers: { "content-type": type },
        body,
      });
      return ((await answer.json()) as { id: string }).id;
    };
    const long = await upload("long.md", "text/markdown", `# Begin\n${"ä".repeat(10_000)}END`);
    const image = await upload("x.png", "image/png", "no image");
    const { data } = await call("confer", {
      message: "What does it say?",
      model: "openai/gpt-4o",
      artifact_ids: [long],
      file_paths: ["/etc/passwd"],
    });
    const sent = at.provider.received[0]?.body.messages.at(-1)?.content ?? "";
    expect(sent).toContain(`<file id="${long}" name="long.md" cut="true">\n# Begin\nää`);
    expect(sent).not.toMatch(/END|root:|\ufffd/);
    expect(sent.endsWith("</file>\n\nWhat does it say?")).toBe(true);
    expect(data.artifacts_examined).toEqual([{ id: long, name: "long.md" }]);
    expect(data.notes).toEqual([
      expect.stringContaining("Of long.md only the first 15 KB were read"),
      expect.stringContaining("file_paths were not read (/etc/passwd)"),
    ]);
    const refused = await call("confer", { message: "And this?", artifact_ids: [image] });
    expect(refused.text).toMatch(/^unsupported_media_type: /);
    const unknown = await call("confer", { message: "And this?", artifact_ids: ["art_none"] });
    expect(unknown.text).toMatch(/^artifact_not_found: /);
    expect(at.provider.received).toHaveLength(1);
  });
});

test("a slow answer is told of while it comes, and is whole in the end", async () => {
  const text = "A plan that is longer than one piece, so that it takes its time to come, word by word, to its end.";
  at.provider.replies = [{ text, everyMs: 700 }];
  const told: number[] = [];
  const step = { step: "Plan it", step_number: 1, total_steps: 1, next_step_required: true, model: "claude-haiku-4-5" };
  const result = await at.client.callTool(
    { name: "planner", arguments: step },
    { onprogress: ({ progress }) => told.push(progress) },
  );
  expect(result.structuredContent).toMatchObject({ step_content: text, model_used: "claude-haiku-4-5" });
  expect(told.length).toBeGreaterThan(1);
  expect(told).toEqual([...told].sort((a, b) => a - b));
});

test("setup_config says what is configured, and never a key", async () => {
  const plain = await at.ask("setup_config", {});
  expect(plain).toMatchObject({
    status: "ready",
    current_config: {
      providers: [
        { provider: "openai", configured: true, host: new URL(at.provider.origin).host },
        { provider: "anthropic", configured: true },
        { provider: "openrouter", configured: true },
        { provider: "workers-ai", configured: false, how: expect.stringContaining('binding = "AI"') },
      ],
      aliases: [
        { alias: "mini", stands_for: "openai/gpt-5.4-mini", variable: "MODEL_MINI", chosen: false },
        { alias: "normal", stands_for: "openai/gpt-5.4" },
        { alias: "reasoning", stands_for: "openai/gpt-5.5" },
      ],
      timeout_ms: 5000,
    },
    env_template: "",
    notes: [],
  });
  const given = await at.call("setup_config", {
    openai_api_key: "sk-given-4444444444444444",
    use_advanced_models: false,
    custom_models: { mini_model: KEYS.OPENAI_API_KEY, normal_model: "claude-haiku-4-5" },
  });
  expect(given.data).toMatchObject({
    env_template: "MODEL_MINI=[key]\nMODEL_NORMAL=claude-haiku-4-5\nMODEL_REASONING=openai/gpt-5.4",
    next_steps: [expect.stringContaining("MODEL_ lines")],
    notes: [expect.stringContaining("replace it with its provider")],
  });
  expect(JSON.stringify(given)).not.toContain("sk-given");
});

test("without a key the tools that call models say how to set one, and the others work", async () => {
  const nothing = Object.fromEntries(Object.keys(environment(at.provider.origin)).map((name) => [name, ""]));
  const bare = await startServer(undefined, nothing);
  try {
    const using = await connect(bare);
    const thought = { thought: "Alone", thought_number: 1, total_thoughts: 1, next_thought_needed: false };
    const asking = [
      ["confer", { message: "Hello" }],
      ["traced_reasoning", thought],
      ["biased_reasoning", { query: "Hello" }],
      ["hybrid_biased_reasoning", { reasoning_step: "So it is." }],
      ["planner", { step: "Build", step_number: 1, total_steps: 1, next_step_required: false }],
      ["sequential_thinking_external", thought],
    ] as const;
    for (const [name, args] of asking) {
      const { isError, text } = await callTool(using, name, args);
      expect({ name, isError, text }).toEqual({
        name,
        isError: true,
        text: expect.stringMatching(/^model_not_configured: .*\.dev\.vars.*wrangler secret put OPENAI_API_KEY/),
      });
    }
    expect(await callTool(using, "illumination_status", {})).toMatchObject({
      data: { session: null, metacognitive_state: "idle", model_providers: [] },
    });
    expect((await callTool(using, "setup_config", {})).data).toMatchObject({
      status: "no_provider",
      env_template: "# OPENAI_API_KEY=<key>\n# ANTHROPIC_API_KEY=<key>\n# OPENROUTER_API_KEY=<key>",
      next_steps: [expect.stringContaining(".dev.vars"), expect.stringContaining("npx wrangler secret put")],
    });
    expect(await callTool(using, "sequential_thinking", thought)).toMatchObject({ isError: false });
    const own = await callTool(using, "sequential_thinking_external", { ...thought, thought: "Own", use_llm: false });
    expect(own).toMatchObject({ isError: false });
    // Of the calls that could not be made nothing was kept.
    const { data } = await eventually(
      () => bare.json<{ data: Run[] }>("/api/runs?kind=reasoning"),
      (list) => list.data.length > 1,
    );
    expect(data.map((run) => run.name).sort()).toEqual([
      "sequential_thinking: Alone",
      "sequential_thinking_external: Own",
    ]);
    await using.close();
  } finally {
    await bare.stop();
    removeState(bare.state);
  }
});
