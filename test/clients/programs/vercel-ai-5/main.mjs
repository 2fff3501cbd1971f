// snippet:start
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-proto";
import { NodeSDK } from "@opentelemetry/sdk-node";

const traceExporter = new OTLPTraceExporter({
  url: "{{endpoint}}/v1/traces",
  headers: { "x-api-key": "{{key}}" },
});
const sdk = new NodeSDK({ serviceName: "my-agent", traceExporter });
sdk.start();
// In each call of generateText, streamText, …: experimental_telemetry: { isEnabled: true }
// snippet:end

const { openai } = await import("@ai-sdk/openai");
const { generateText, stepCountIs, tool } = await import("ai");
const { z } = await import("zod");

await generateText({
  model: openai("gpt-4o-mini"),
  prompt: "What is the weather in Bern?",
  tools: {
    get_weather: tool({
      description: "The weather in a city",
      inputSchema: z.object({ city: z.string() }),
      execute: ({ city }) => `sunny in ${city}`,
    }),
  },
  stopWhen: stepCountIs(3),
  experimental_telemetry: {
    isEnabled: true,
    functionId: "ask about the weather",
    metadata: { sessionId: "session-7", userId: "user-9" },
  },
});
await sdk.shutdown();
