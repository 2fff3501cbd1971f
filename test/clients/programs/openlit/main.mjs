// snippet:start
import OpenAI from "openai";
import { Openlit } from "openlit";

Openlit.init({
  applicationName: "my-agent",
  otlpEndpoint: "{{endpoint}}",
  otlpHeaders: { "x-api-key": "{{key}}" },
  instrumentations: { openai: OpenAI },
});
// snippet:end

await new OpenAI().chat.completions.create({
  model: "gpt-4o-mini",
  messages: [{ role: "user", content: "What is the weather in Bern?" }],
});
// It has no flush of its own, and sends a batch every five seconds.
await new Promise((resolve) => setTimeout(resolve, 6000));
