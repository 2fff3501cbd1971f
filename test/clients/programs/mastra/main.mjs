// snippet:start
import { Mastra } from "@mastra/core/mastra";
import { Observability } from "@mastra/observability";
import { OtelExporter } from "@mastra/otel-exporter";

const exporter = new OtelExporter({
  provider: {
    custom: {
      endpoint: "{{endpoint}}/v1/traces",
      headers: { "x-api-key": "{{key}}" },
    },
  },
});
const observability = new Observability({
  configs: { otel: { serviceName: "my-agent", exporters: [exporter] } },
});
// Then: new Mastra({ agents, observability })
// snippet:end

const { openai } = await import("@ai-sdk/openai");
const { Agent } = await import("@mastra/core/agent");
const { createTool } = await import("@mastra/core/tools");
const { z } = await import("zod");

const getWeather = createTool({
  id: "get_weather",
  description: "The weather in a city",
  inputSchema: z.object({ city: z.string() }),
  execute: async ({ city }) => `sunny in ${city}`,
});
const forecaster = new Agent({
  id: "forecaster",
  name: "forecaster",
  instructions: "Answer briefly.",
  model: openai("gpt-4o-mini"),
  tools: { get_weather: getWeather },
});
const mastra = new Mastra({ agents: { forecaster }, observability });
await mastra.getAgent("forecaster").generate("What is the weather in Bern?", {
  tracingOptions: { metadata: { sessionId: "session-7", userId: "user-9" } },
});
await observability.shutdown();
