// snippet:start
const { OTLPTraceExporter } = require("@opentelemetry/exporter-trace-otlp-proto");
const { OpenAIInstrumentation } = require("@opentelemetry/instrumentation-openai");
const { NodeSDK } = require("@opentelemetry/sdk-node");

const traceExporter = new OTLPTraceExporter({ url: "{{endpoint}}/v1/traces", headers: { "x-api-key": "{{key}}" } });
const instrumentations = [new OpenAIInstrumentation({ captureMessageContent: true })];
const sdk = new NodeSDK({ serviceName: "my-agent", traceExporter, instrumentations });
sdk.start();
const OpenAI = require("openai"); // after start(), and a version before 7
// snippet:end

async function main() {
  await new OpenAI().chat.completions.create({
    model: "gpt-4o-mini",
    messages: [{ role: "user", content: "What is the weather in Bern?" }],
  });
  await sdk.shutdown();
}
main();
