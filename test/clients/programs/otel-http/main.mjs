// snippet:start
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { NodeSDK } from "@opentelemetry/sdk-node";

const traceExporter = new OTLPTraceExporter({
  url: "{{endpoint}}/v1/traces",
  headers: { "x-api-key": "{{key}}" },
});
const sdk = new NodeSDK({ serviceName: "my-agent", traceExporter });
sdk.start();
// snippet:end

const { trace } = await import("@opentelemetry/api");
const message = (role, content) => JSON.stringify([{ role, parts: [{ type: "text", content }] }]);
const tracer = trace.getTracer("by-hand");
await tracer.startActiveSpan("ask about the weather", async (agent) => {
  agent.setAttributes({ "gen_ai.conversation.id": "session-7", "user.id": "user-9" });
  const call = tracer.startSpan("chat gpt-4o-mini", {
    attributes: {
      "gen_ai.operation.name": "chat",
      "gen_ai.provider.name": "openai",
      "gen_ai.request.model": "gpt-4o-mini",
      "gen_ai.usage.input_tokens": 42,
      "gen_ai.usage.cache_read.input_tokens": 16,
      "gen_ai.usage.output_tokens": 12,
      "gen_ai.input.messages": message("user", "What is the weather in Bern?"),
      "gen_ai.output.messages": message("assistant", "It is sunny in Bern."),
    },
  });
  call.end();
  agent.end();
});
await sdk.shutdown();
