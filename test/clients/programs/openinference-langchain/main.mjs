// snippet:start
import { LangChainInstrumentation } from "@arizeai/openinference-instrumentation-langchain";
import * as CallbackManagerModule from "@langchain/core/callbacks/manager";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-proto";
import { NodeSDK } from "@opentelemetry/sdk-node";

const traceExporter = new OTLPTraceExporter({
  url: "{{endpoint}}/v1/traces",
  headers: { "x-api-key": "{{key}}" },
});
const sdk = new NodeSDK({ serviceName: "my-agent", traceExporter });
sdk.start();
new LangChainInstrumentation().manuallyInstrument(CallbackManagerModule);
// snippet:end

const { tool } = await import("@langchain/core/tools");
const { createReactAgent } = await import("@langchain/langgraph/prebuilt");
const { ChatOpenAI } = await import("@langchain/openai");
const { z } = await import("zod");

const getWeather = tool(({ city }) => `sunny in ${city}`, {
  name: "get_weather",
  description: "The weather in a city",
  schema: z.object({ city: z.string() }),
});
const agent = createReactAgent({ llm: new ChatOpenAI({ model: "gpt-4o-mini" }), tools: [getWeather] });
await agent.invoke(
  { messages: [{ role: "user", content: "What is the weather in Bern?" }] },
  { runName: "ask about the weather", metadata: { session_id: "session-7" } },
);
await sdk.shutdown();
