// snippet:start
import { Laminar } from "@lmnr-ai/lmnr";
import OpenAI from "openai";

Laminar.initialize({ instrumentModules: { OpenAI } });
// snippet:end

const { observe } = await import("@lmnr-ai/lmnr");
await observe({ name: "ask about the weather", sessionId: "session-7", userId: "user-9" }, () =>
  new OpenAI().chat.completions.create({
    model: "gpt-4o-mini",
    messages: [{ role: "user", content: "What is the weather in Bern?" }],
  }),
);
await Laminar.shutdown();
