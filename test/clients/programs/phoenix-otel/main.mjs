// snippet:start
import { OpenAIInstrumentation } from "@arizeai/openinference-instrumentation-openai";
import { register, registerInstrumentations } from "@arizeai/phoenix-otel";
import OpenAI from "openai";

const provider = register({
  projectName: "my-agent",
  url: "{{endpoint}}",
  apiKey: "{{key}}",
});
const instrumentation = new OpenAIInstrumentation();
instrumentation.manuallyInstrument(OpenAI);
registerInstrumentations({ instrumentations: [instrumentation] });
// snippet:end

const { setSession, traceAgent, context } = await import("@arizeai/phoenix-otel");
const ask = traceAgent(
  () =>
    new OpenAI().chat.completions.create({
      model: "gpt-4o-mini",
      messages: [{ role: "user", content: "What is the weather in Bern?" }],
    }),
  { name: "ask about the weather" },
);
await context.with(setSession(context.active(), { sessionId: "session-7" }), ask);
await provider.shutdown();
