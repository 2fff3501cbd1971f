import { expect, test } from "vitest";
import { modelVars } from "./model-vars.ts";

test("only what models are set by is taken from the environment, and only if it is set", () => {
  const env = { OPENAI_API_KEY: "k", MODEL_MINI: "", HOME: "/root", ANTHROPIC_BASE_URL: "http://localhost:1" };
  expect(modelVars(env)).toEqual({ OPENAI_API_KEY: "k", ANTHROPIC_BASE_URL: "http://localhost:1" });
});
