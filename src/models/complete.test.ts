import { expect, test } from "vitest";
import { complete } from "./complete.ts";
import { readModelConfig, type WorkersAi } from "./config.ts";
import { resolveModel } from "./resolve.ts";

const MODEL = "@cf/openai/gpt-oss-20b";
const request = { system: "Be short.", messages: [{ role: "user" as const, content: "Hello" }], temperature: 0.1 };

/** Asks a binding of Workers AI that answers like this. */
function ask(run: WorkersAi["run"], signal = new AbortController().signal) {
  const config = readModelConfig({ AI: { run }, MODEL_TIMEOUT_MS: "200" });
  return complete(config, resolveModel(config, MODEL), request, signal, () => undefined);
}

test.each([
  ["of its own", { response: "Hi.", usage: { prompt_tokens: 9, completion_tokens: 2, total_tokens: 11 } }, "stop", 9],
  [
    "of Chat Completions",
    {
      choices: [{ message: { content: "Hi." }, finish_reason: "length" }],
      usage: { prompt_tokens: 9, completion_tokens: 2 },
    },
    "length",
    9,
  ],
  ["without counts", { response: "Hi." }, "stop", null],
])("reads an answer of Workers AI in the form %s", async (_, output, finish, input) => {
  let asked: unknown[] = [];
  const answer = await ask(async (...args) => {
    asked = args.slice(0, 2);
    return output;
  });
  expect(asked).toEqual([
    MODEL,
    {
      messages: [
        { role: "system", content: "Be short." },
        { role: "user", content: "Hello" },
      ],
      max_tokens: 8_000,
      temperature: 0.1,
    },
  ]);
  expect(answer).toMatchObject({ text: "Hi.", model: MODEL, finish, usage: { input } });
});

test.each([
  ["5007: No such model @cf/x or task", "model_rejected", "(404)"],
  ["InferenceUpstreamError: 3040: Capacity temporarily exceeded", "model_rate_limited", "Capacity"],
  ["AiError: 3036: you have used up your daily free allocation", "model_rate_limited", "daily free"],
  ["5018: This account is not allowed to access this model", "model_key_refused", "not allowed"],
  ["3007: Request timeout", "model_failed", "(504)"],
  ["8001: Something of theirs", "model_failed", "Something of theirs"],
])("knows the error %s for %s", async (message, code, words) => {
  const failing = ask(async () => {
    throw new Error(message);
  });
  await expect(failing).rejects.toMatchObject({ code, message: expect.stringContaining(words) });
});

test.each([
  ["nothing", {}],
  ["no text", { response: "  " }],
  ["another thing", { choices: [] }],
])("an answer with %s is a failure", async (_, output) => {
  await expect(ask(async () => output)).rejects.toMatchObject({ code: "model_failed" });
});

test("ends a call that takes too long, or that nobody waits for", async () => {
  const hanging: WorkersAi["run"] = (_, __, options) =>
    new Promise((_resolve, reject) => options?.signal?.addEventListener("abort", () => reject(new Error("aborted"))));
  await expect(ask(hanging)).rejects.toMatchObject({ code: "model_timeout" });
  const gone = new AbortController();
  const waiting = ask(hanging, gone.signal);
  gone.abort();
  await expect(waiting).rejects.toMatchObject({ code: "cancelled" });
});

test("takes no answer without end", async () => {
  const long = ask(async () => ({ response: "x".repeat(90_001) }));
  await expect(long).rejects.toMatchObject({
    code: "model_failed",
    message: expect.stringContaining("more than 90000"),
  });
});
