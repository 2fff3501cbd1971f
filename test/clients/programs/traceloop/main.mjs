// snippet:start
import * as traceloop from "@traceloop/node-server-sdk";
import OpenAI from "openai";

traceloop.initialize({
  appName: "my-agent",
  baseUrl: "{{endpoint}}",
  apiKey: "{{key}}",
  instrumentModules: { openAI: OpenAI },
});
// snippet:end
const client = new OpenAI();
await traceloop.withAssociationProperties({ session_id: "session-7", user_id: "user-9" }, () =>
  traceloop.withWorkflow({ name: "ask about the weather" }, () =>
    client.chat.completions.create({
      model: "gpt-4o-mini",
      messages: [{ role: "user", content: "What is the weather in Bern?" }],
    }),
  ),
);
await traceloop.forceFlush();
