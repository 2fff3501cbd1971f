// snippet:start
import { OpenAIAgentsInstrumentation } from "@arizeai/openinference-instrumentation-openai-agents";
import * as agents from "@openai/agents";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-proto";
import { NodeSDK } from "@opentelemetry/sdk-node";

const traceExporter = new OTLPTraceExporter({
  url: "{{endpoint}}/v1/traces",
  headers: { "x-api-key": "{{key}}" },
});
const sdk = new NodeSDK({ serviceName: "my-agent", traceExporter });
sdk.start();
new OpenAIAgentsInstrumentation().manuallyInstrument(agents);
// snippet:end

const { Agent, run, tool, withTrace } = agents;
const { z } = await import("zod");

const getWeather = tool({
  name: "get_weather",
  description: "The weather in a city",
  parameters: z.object({ city: z.string() }),
  execute: ({ city }) => `sunny in ${city}`,
});
const agent = new Agent({ name: "forecaster", model: "gpt-4o-mini", tools: [getWeather] });
await withTrace("ask about the weather", () => run(agent, "What is the weather in Bern?"), { groupId: "session-7" });
await sdk.shutdown();
