// snippet:start
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-proto";
import { BatchSpanProcessor } from "@opentelemetry/sdk-trace-base";
import { genkit } from "genkit"; // before enableTelemetry() is called
import { enableTelemetry } from "genkit/tracing";

const traceExporter = new OTLPTraceExporter({
  url: "{{endpoint}}/v1/traces",
  headers: { "x-api-key": "{{key}}" },
});
await enableTelemetry({ serviceName: "my-agent", spanProcessors: [new BatchSpanProcessor(traceExporter)] });
// snippet:end

const { openAI } = await import("@genkit-ai/compat-oai/openai");
const { z } = await import("genkit");
const { flushTracing } = await import("genkit/tracing");

const ai = genkit({ plugins: [openAI()] });
const getWeather = ai.defineTool(
  { name: "get_weather", description: "The weather in a city", inputSchema: z.object({ city: z.string() }) },
  async ({ city }) => `sunny in ${city}`,
);
const ask = ai.defineFlow("ask about the weather", async () => {
  const { text } = await ai.generate({
    model: openAI.model("gpt-4o-mini"),
    prompt: "What is the weather in Bern?",
    tools: [getWeather],
  });
  return text;
});
await ask();
await flushTracing();
process.exit(0);
