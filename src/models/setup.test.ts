import { expect, test } from "vitest";
import { readModelConfig } from "./config.ts";
import { setupOf } from "./setup.ts";

const KEY = "sk-secret-1234567890";

const of = (env: object) => setupOf(readModelConfig(env));

test("says that nothing is configured, and how each provider is", () => {
  const { providers, aliases } = of({});
  expect(providers.map(({ provider, configured }) => [provider, configured])).toEqual([
    ["openai", false],
    ["anthropic", false],
    ["openrouter", false],
    ["workers-ai", false],
  ]);
  expect(providers[1]?.how).toContain("npx wrangler secret put ANTHROPIC_API_KEY");
  expect(aliases.map(({ stands_for, problem }) => [stands_for, problem])).toEqual(
    Array(3).fill([null, "No provider is configured"]),
  );
});

test("says what aliases stand for, by choice or by default", () => {
  const { aliases } = of({
    ANTHROPIC_API_KEY: KEY,
    MODEL_MINI: "claude-haiku-4-5",
    MODEL_NORMAL: "mini",
    MODEL_REASONING: "openai/gpt-5.5",
  });
  expect(aliases).toEqual([
    { alias: "mini", stands_for: "anthropic/claude-haiku-4-5", variable: "MODEL_MINI", chosen: true, problem: null },
    {
      alias: "normal",
      stands_for: "anthropic/claude-sonnet-5",
      variable: "MODEL_NORMAL",
      chosen: false,
      problem: "MODEL_NORMAL names an alias, which may not stand for another",
    },
    {
      alias: "reasoning",
      stands_for: null,
      variable: "MODEL_REASONING",
      chosen: true,
      problem: "MODEL_REASONING names a model of a provider that is not configured",
    },
  ]);
});

test("tells hosts and never keys or passwords, and finds an address that is none", () => {
  const setup = of({
    OPENAI_BASE_URL: "http://me:hunter2@localhost:11434/v1",
    ANTHROPIC_API_KEY: KEY,
    ANTHROPIC_BASE_URL: `proxy ${KEY}`,
    OPENROUTER_API_KEY: ` ${KEY}\n`,
    AI: { run: async () => null },
  });
  expect(setup.providers.map(({ configured, host }) => [configured, host])).toEqual([
    [true, "localhost:11434"],
    [true, null],
    [true, "openrouter.ai"],
    [true, null],
  ]);
  expect(setup.providers[1]?.how).toContain("ANTHROPIC_BASE_URL is no URL");
  expect(JSON.stringify(setup)).not.toMatch(/secret-1234|hunter2/);
});
