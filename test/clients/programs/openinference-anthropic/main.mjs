// snippet:start
import Anthropic from "@anthropic-ai/sdk";
import { AnthropicInstrumentation } from "@arizeai/openinference-instrumentation-anthropic";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-proto";
import { NodeSDK } from "@opentelemetry/sdk-node";

const traceExporter = new OTLPTraceExporter({
  url: "{{endpoint}}/v1/traces",
  headers: { "x-api-key": "{{key}}" },
});
const instrumentation = new AnthropicInstrumentation();
instrumentation.manuallyInstrument(Anthropic);
const sdk = new NodeSDK({ serviceName: "my-agent", traceExporter, instrumentations: [instrumentation] });
sdk.start();
// snippet:end

const { context } = await import("@opentelemetry/api");
const { setSession, setUser } = await import("@arizeai/openinference-core");

const who = setUser(setSession(context.active(), { sessionId: "session-7" }), { userId: "user-9" });
await context.with(who, () =>
  new Anthropic().messages.create({
    model: "claude-sonnet-4-20250514",
    max_tokens: 100,
    messages: [{ role: "user", content: "What is the weather in Bern?" }],
  }),
);
await sdk.shutdown();
