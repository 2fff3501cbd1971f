import { describe, expect, test } from "vitest";
import { contextOf, spanWith } from "../../../test/fixtures/span.ts";
import type { Attributes } from "../../events/span.ts";
import { readFacts } from "./index.ts";

const json = JSON.stringify;

function prompt(attributes: Attributes) {
  const { prompt_name, prompt_version } = readFacts(spanWith(attributes), contextOf());
  return { prompt_name, prompt_version };
}

describe("the managed prompt of a call", () => {
  const greeting = { prompt_name: "greeting", prompt_version: "3" };
  test.each<[string, Attributes, object]>([
    [
      "Langfuse",
      {
        "langfuse.observation.type": "generation",
        "langfuse.observation.prompt.name": "greeting",
        "langfuse.observation.prompt.version": 3,
      },
      greeting,
    ],
    [
      "Langfuse under Vercel",
      {
        "ai.operationId": "ai.generateText.doGenerate",
        "ai.telemetry.metadata.langfusePrompt": json({ name: "greeting", version: 3, isFallback: false }),
      },
      greeting,
    ],
    [
      "Langfuse under Mastra",
      {
        "mastra.span.type": "model_generation",
        "gen_ai.request.model": "m",
        "mastra.metadata.langfuse": json({ prompt: { name: "greeting", version: 3, id: "i" } }),
      },
      greeting,
    ],
    [
      "OpenLLMetry",
      { "traceloop.workflow.name": "w", "traceloop.prompt.key": "greeting", "traceloop.prompt.version": 3 },
      greeting,
    ],
    [
      "OpenLLMetry by hash",
      { "traceloop.workflow.name": "w", "traceloop.prompt.key": "greeting", "traceloop.prompt.version_hash": "3" },
      greeting,
    ],
    [
      "GenAI",
      { "gen_ai.operation.name": "chat", "gen_ai.prompt.name": "greeting", "gen_ai.prompt.version": "3" },
      greeting,
    ],
    [
      "OpenInference",
      { "openinference.span.kind": "LLM", "prompt.id": "greeting", "llm.prompt_template.version": "3" },
      greeting,
    ],
    [
      "OpenInference's version alone",
      { "openinference.span.kind": "LLM", "llm.prompt_template.version": "v1" },
      { prompt_name: undefined, prompt_version: "v1" },
    ],
    [
      "LangWatch",
      {
        "langwatch.span.type": "prompt",
        "langwatch.prompt.id": "prompt_1",
        "langwatch.prompt.handle": "greeting",
        "langwatch.prompt.version.number": 3,
        "langwatch.prompt.version.id": "prompt_version_9",
      },
      greeting,
    ],
    ["LangWatch in one", { "langwatch.span.type": "llm", "langwatch.prompt.id": "greeting:3" }, greeting],
    [
      "LangSmith",
      {
        "langsmith.span.kind": "llm",
        "langsmith.metadata.lc_hub_repo": "greeting",
        "langsmith.metadata.lc_hub_commit_hash": "c186728",
      },
      { prompt_name: "greeting", prompt_version: "c186728" },
    ],
    [
      "Braintrust",
      {
        "braintrust.span_attributes.type": "llm",
        "braintrust.metadata": json({ prompt: { id: "id-1", slug: "greeting", version: "3" } }),
      },
      greeting,
    ],
    [
      "Genkit",
      { "genkit:type": "action", "genkit:metadata:subtype": "prompt", "genkit:name": "greeting" },
      { prompt_name: "greeting", prompt_version: undefined },
    ],
  ])("%s", (_, attributes, expected) => {
    expect(prompt(attributes)).toEqual(expected);
  });

  test("a name and a version of two sources are not joined", () => {
    const attributes = {
      "ai.operationId": "ai.generateText.doGenerate",
      "ai.telemetry.metadata.langfusePrompt": '{"name":"first"}',
      "langfuse.observation.prompt.name": "second",
      "langfuse.observation.prompt.version": 2,
      "langfuse.trace.name": "t",
    };
    expect(prompt(attributes)).toEqual({ prompt_name: "first", prompt_version: undefined });
  });

  test.each([null, 7, "", "{", "[]", '{"name":7}', '{"version":1}', ["a"], { name: [] }])("%j is no prompt", (junk) => {
    const attributes = {
      "ai.operationId": "ai.generateText.doGenerate",
      "ai.telemetry.metadata.langfusePrompt": junk,
    };
    expect(prompt(attributes)).toEqual({ prompt_name: undefined, prompt_version: undefined });
  });
});
