// snippet:start
import { OpenAIInstrumentation } from "@arizeai/openinference-instrumentation-openai";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-proto";
import { NodeSDK } from "@opentelemetry/sdk-node";
import OpenAI from "openai";

const traceExporter = new OTLPTraceExporter({
  url: "{{endpoint}}/v1/traces",
  headers: { "x-api-key": "{{key}}" },
});
const instrumentation = new OpenAIInstrumentation();
instrumentation.manuallyInstrument(OpenAI);
const sdk = new NodeSDK({ serviceName: "my-agent", traceExporter, instrumentations: [instrumentation] });
sdk.start();
// snippet:end

const { context } = await import("@opentelemetry/api");
const { setSession, setUser } = await import("@arizeai/openinference-core");

const who = setUser(setSession(context.active(), { sessionId: "session-7" }), { userId: "user-9" });
await context.with(who, () =>
  new OpenAI().chat.completions.create({
    model: "gpt-4o-mini",
    messages: [{ role: "user", content: "What is the weather in Bern?" }],
  }),
);
await sdk.shutdown();
