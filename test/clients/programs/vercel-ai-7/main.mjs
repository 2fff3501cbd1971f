// snippet:start
import { OpenTelemetry } from "@ai-sdk/otel";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-proto";
import { NodeSDK } from "@opentelemetry/sdk-node";
import { registerTelemetry } from "ai";

const traceExporter = new OTLPTraceExporter({
  url: "{{endpoint}}/v1/traces",
  headers: { "x-api-key": "{{key}}" },
});
const sdk = new NodeSDK({ serviceName: "my-agent", traceExporter });
sdk.start();
registerTelemetry(new OpenTelemetry({ runtimeContext: true }));
// snippet:end

const { openai } = await import("@ai-sdk/openai");
const { generateText, isStepCount, tool } = await import("ai");
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
  stopWhen: isStepCount(3),
  runtimeContext: { sessionId: "session-7", userId: "user-9" },
  telemetry: { functionId: "ask about the weather", includeRuntimeContext: { sessionId: true, userId: true } },
});
await sdk.shutdown();
