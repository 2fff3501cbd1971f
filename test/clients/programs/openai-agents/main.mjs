// snippet:start
import { BatchTraceProcessor, OpenAITracingExporter, setTraceProcessors } from "@openai/agents";

const exporter = new OpenAITracingExporter({
  endpoint: "{{endpoint}}/v1/traces/ingest",
  apiKey: "{{key}}",
});
setTraceProcessors([new BatchTraceProcessor(exporter)]);
// The SDK sends neither messages nor models of the Responses API;
// with setOpenAIAPI("chat_completions") it sends both.
// snippet:end

const { Agent, getGlobalTraceProvider, run, tool, withTrace } = await import("@openai/agents");
const { z } = await import("zod");

const getWeather = tool({
  name: "get_weather",
  description: "The weather in a city",
  parameters: z.object({ city: z.string() }),
  execute: ({ city }) => `sunny in ${city}`,
});
const agent = new Agent({ name: "forecaster", model: "gpt-4o-mini", tools: [getWeather] });
await withTrace("ask about the weather", () => run(agent, "What is the weather in Bern?"), { groupId: "session-7" });
await getGlobalTraceProvider().forceFlush();
