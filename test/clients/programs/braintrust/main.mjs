import { BraintrustSpanProcessor } from "@braintrust/otel";
import { trace } from "@opentelemetry/api";
import { NodeSDK } from "@opentelemetry/sdk-node";

const sdk = new NodeSDK({ spanProcessors: [new BraintrustSpanProcessor()] });
sdk.start();
const tracer = trace.getTracer("by-hand");
await tracer.startActiveSpan("ask about the weather", async (agent) => {
  const call = tracer.startSpan("chat gpt-4o-mini", {
    attributes: {
      "braintrust.span_attributes": JSON.stringify({ type: "llm" }),
      "braintrust.input_json": JSON.stringify([{ role: "user", content: "What is the weather in Bern?" }]),
      "braintrust.output_json": JSON.stringify([{ role: "assistant", content: "It is sunny in Bern." }]),
      "braintrust.metadata": JSON.stringify({ model: "gpt-4o-mini" }),
      "braintrust.metrics": JSON.stringify({ prompt_tokens: 42, prompt_cached_tokens: 16, completion_tokens: 12 }),
    },
  });
  call.end();
  agent.end();
});
await sdk.shutdown();
