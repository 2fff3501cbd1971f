import { BaseAnthropic } from "@anthropic-ai/sdk/client";
import { Messages } from "@anthropic-ai/sdk/resources/messages/messages";
import type { ModelAnswer, ModelRequest, ModelUsage, OnText } from "./answer.ts";
import { NO_USAGE } from "./answer.ts";
import type { Endpoint } from "./config.ts";

/** Anthropic wants to be told; its models of today can write more. */
const MAX_OUTPUT_TOKENS = 16_000;

/** The SDK's client with the one part that is used: the whole of it is another 60 kB of the Worker (gzip). */
class Anthropic extends BaseAnthropic {
  readonly messages = new Messages(this as unknown as ConstructorParameters<typeof Messages>[0]);
}

/** Asks Anthropic's Messages. Streamed, so that progress is seen and a cut answer is known as one. */
export async function askAnthropic(
  { key, baseUrl }: Endpoint,
  model: string,
  { system, messages, temperature }: ModelRequest,
  signal: AbortSignal,
  onText: OnText,
): Promise<ModelAnswer> {
  const client = new Anthropic({ apiKey: key, baseURL: baseUrl, maxRetries: 0, logLevel: "off", openTelemetry: false });
  const stream = await client.messages.create(
    {
      model,
      system,
      messages,
      max_tokens: MAX_OUTPUT_TOKENS,
      stream: true,
      ...(temperature === undefined ? {} : { temperature: Math.min(temperature, 1) }),
    },
    { signal },
  );
  const answer: ModelAnswer = { text: "", model: null, id: null, finish: null, usage: NO_USAGE };
  let said: string | null = null;
  for await (const event of stream) {
    switch (event.type) {
      case "message_start":
        answer.model = event.message.model;
        answer.id = event.message.id;
        answer.usage = usageOf(event.message.usage);
        break;
      case "content_block_delta":
        if (event.delta.type === "text_delta") {
          answer.text += event.delta.text;
          onText(event.delta.text);
        }
        break;
      case "message_delta":
        said = event.delta.stop_reason;
        answer.usage = { ...answer.usage, output: event.usage.output_tokens };
        break;
      case "message_stop":
        answer.finish = said ?? "end_turn";
        break;
    }
  }
  return answer;
}

interface Usage {
  input_tokens: number;
  output_tokens: number;
  cache_read_input_tokens?: number | null;
  cache_creation_input_tokens?: number | null;
}

/** Anthropic counts what came from the cache and what went into it beside the input. */
function usageOf({ input_tokens, output_tokens, ...cache }: Usage): ModelUsage {
  const cached = cache.cache_read_input_tokens ?? 0;
  const cacheWrite = cache.cache_creation_input_tokens ?? 0;
  return { input: input_tokens + cached + cacheWrite, cached, cacheWrite, output: output_tokens, reasoning: null };
}
