// snippet:start
import { initializeOTEL } from "langsmith/experimental/otel/setup";

const { DEFAULT_LANGSMITH_SPAN_PROCESSOR } = initializeOTEL();
// Before the process ends: await DEFAULT_LANGSMITH_SPAN_PROCESSOR.shutdown()
// snippet:end

const { traceable } = await import("langsmith/traceable");
const { wrapOpenAI } = await import("langsmith/wrappers");
const { default: OpenAI } = await import("openai");

const ask = traceable(
  (question) =>
    wrapOpenAI(new OpenAI()).chat.completions.create({
      model: "gpt-4o-mini",
      messages: [{ role: "user", content: question }],
    }),
  { name: "ask about the weather", metadata: { session_id: "session-7", user_id: "user-9" } },
);
await ask("What is the weather in Bern?");
await DEFAULT_LANGSMITH_SPAN_PROCESSOR.shutdown();
