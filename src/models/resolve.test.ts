import { expect, test } from "vitest";
import { readModelConfig } from "./config.ts";
import { resolveModel } from "./resolve.ts";

const openai = { OPENAI_API_KEY: "k" };
const anthropic = { ANTHROPIC_API_KEY: "k" };
const openrouter = { OPENROUTER_API_KEY: "k" };
const ai = { AI: { run: async () => null } };

test.each([
  ["gpt-4o", openai, "openai", "gpt-4o"],
  ["gpt-4o", openrouter, "openrouter", "openai/gpt-4o"],
  ["claude-haiku-4-5", { ...openai, ...anthropic }, "anthropic", "claude-haiku-4-5"],
  ["claude-haiku-4-5", openrouter, "openrouter", "anthropic/claude-haiku-4-5"],
  ["openai/gpt-4o", { ...openai, ...openrouter }, "openai", "gpt-4o"],
  ["openai/gpt-4o", openrouter, "openrouter", "openai/gpt-4o"],
  ["openrouter/openai/gpt-4o", { ...openai, ...openrouter }, "openrouter", "openai/gpt-4o"],
  ["google/gemini-3-pro", { ...openai, ...openrouter }, "openrouter", "google/gemini-3-pro"],
  ["qwen/qwen3", { OPENAI_BASE_URL: "http://localhost:1234/v1" }, "openai", "qwen/qwen3"],
  ["@cf/meta/llama-4", { ...openai, ...ai }, "workers-ai", "@cf/meta/llama-4"],
  ["mini", anthropic, "anthropic", "claude-haiku-4-5"],
  ["mini", { ...openai, ...anthropic, MODEL_MINI: "anthropic/claude-haiku-4-5" }, "anthropic", "claude-haiku-4-5"],
  ["reasoning", ai, "workers-ai", "@cf/openai/gpt-oss-120b"],
])("%s with %o is asked of %s as %s", (name, env, provider, model) => {
  expect(resolveModel(readModelConfig(env), name)).toEqual({ provider, model });
});

test.each([
  ["mini", {}],
  ["gpt-4o", anthropic],
  ["claude-haiku-4-5", openai],
  ["@cf/meta/llama-4", openai],
  ["openrouter/openai/gpt-4o", openai],
])("%s with %o cannot be asked, and it is said how it could", (name, env) => {
  expect(() => resolveModel(readModelConfig(env), name)).toThrow(/wrangler secret put OPENAI_API_KEY/);
});
