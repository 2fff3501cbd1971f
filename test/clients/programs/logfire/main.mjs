import * as logfire from "@pydantic/logfire-node";

logfire.configure({ serviceName: "my-agent" });
await logfire.span("ask about the weather", {
  callback: async () => {
    await logfire.span("chat gpt-4o-mini", {
      attributes: {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": "gpt-4o-mini",
        "gen_ai.usage.input_tokens": 42,
        "gen_ai.usage.cache_read.input_tokens": 16,
        "gen_ai.usage.output_tokens": 12,
      },
      callback: async () => {},
    });
  },
});
await logfire.shutdown();
