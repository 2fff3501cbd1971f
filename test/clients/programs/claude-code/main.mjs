import { createSdkMcpServer, query, tool } from "@anthropic-ai/claude-agent-sdk";
import { z } from "zod";

// Or the stand-in for the model would have to look for the tool first.
process.env.ENABLE_TOOL_SEARCH = "false";
const weather = createSdkMcpServer({
  name: "weather",
  tools: [
    tool("get_weather", "The weather in a city", { city: z.string() }, async ({ city }) => ({
      content: [{ type: "text", text: `sunny in ${city}` }],
    })),
  ],
});
const messages = query({
  prompt: "What is the weather in Bern?",
  options: {
    model: "claude-sonnet-4-20250514",
    mcpServers: { weather },
    allowedTools: ["mcp__weather__get_weather"],
    settingSources: [],
  },
});
for await (const message of messages) if (message.type === "result") console.log(message.subtype);
