// snippet:start
const { OpenAIInstrumentation } = require("@opentelemetry/instrumentation-openai");
const { NodeSDK } = require("@opentelemetry/sdk-node");

const instrumentation = new OpenAIInstrumentation({ captureMessageContent: true });
const sdk = new NodeSDK({ instrumentations: [instrumentation] });
sdk.start();
const OpenAI = require("openai"); // after start(), and a version before 7
// snippet:end

async function main() {
  await new OpenAI().chat.completions.create({
    model: "gpt-4o-mini",
    messages: [{ role: "user", content: "What is the weather in Bern?" }],
  });
  await sdk.shutdown();
}
main();
