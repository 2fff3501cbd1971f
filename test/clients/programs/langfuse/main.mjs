import { observeOpenAI } from "@langfuse/openai";
import { LangfuseSpanProcessor } from "@langfuse/otel";
import { propagateAttributes, startActiveObservation } from "@langfuse/tracing";
import { NodeSDK } from "@opentelemetry/sdk-node";
import OpenAI from "openai";

const sdk = new NodeSDK({ spanProcessors: [new LangfuseSpanProcessor()] });
sdk.start();
await propagateAttributes({ sessionId: "session-7", userId: "user-9" }, () =>
  startActiveObservation("ask about the weather", () =>
    observeOpenAI(new OpenAI()).chat.completions.create({
      model: "gpt-4o-mini",
      messages: [{ role: "user", content: "What is the weather in Bern?" }],
    }),
  ),
);
await sdk.shutdown();
