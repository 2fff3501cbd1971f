import { getLangWatchTracer } from "langwatch";
import { setupObservability } from "langwatch/observability/node";

const observability = setupObservability({ serviceName: "my-agent" });
const tracer = getLangWatchTracer("by-hand");
await tracer.withActiveSpan("ask about the weather", async (agent) => {
  agent.setType("agent");
  agent.setAttributes({ "langwatch.thread.id": "session-7", "langwatch.user.id": "user-9" });
  await tracer.withActiveSpan("chat gpt-4o-mini", async (call) => {
    call.setType("llm");
    call.setRequestModel("gpt-4o-mini");
    call.setInput([{ role: "user", content: "What is the weather in Bern?" }]);
    call.setOutput([{ role: "assistant", content: "It is sunny in Bern." }]);
    call.setMetrics({ promptTokens: 42, completionTokens: 12 });
  });
});
await observability.shutdown();
