import OpenAI from "openai";
import type { ModelAnswer, ModelRequest, ModelUsage, OnText } from "./answer.ts";
import { NO_USAGE } from "./answer.ts";
import type { Endpoint } from "./config.ts";

/** Asks OpenAI, or whoever speaks its Chat Completions. Streamed, so that progress is seen and a cut answer is known as one. */
export async function askOpenAi(
  { key, baseUrl }: Endpoint,
  model: string,
  { system, messages, temperature }: ModelRequest,
  signal: AbortSignal,
  onText: OnText,
): Promise<ModelAnswer> {
  const client = new OpenAI({
    apiKey: key,
    baseURL: baseUrl,
    // Read from the environment otherwise, and sent to whoever answers at the address.
    organization: null,
    project: null,
    // One call is one span; whether to try again is for the caller to say.
    maxRetries: 0,
    logLevel: "off",
  });
  const stream = await client.chat.completions.create(
    {
      model,
      messages: [{ role: "system", content: system }, ...messages],
      stream: true,
      stream_options: { include_usage: true },
      ...(temperature === undefined ? {} : { temperature }),
    },
    { signal },
  );
  const answer: ModelAnswer = { text: "", model: null, id: null, finish: null, usage: NO_USAGE };
  for await (const chunk of stream) {
    answer.model ??= chunk.model ?? null;
    answer.id ??= chunk.id ?? null;
    if (chunk.usage) answer.usage = usageOf(chunk.usage);
    const choice = chunk.choices?.[0];
    const piece = choice?.delta?.content;
    if (typeof piece === "string" && piece !== "") {
      answer.text += piece;
      onText(piece);
    }
    answer.finish = choice?.finish_reason ?? answer.finish;
  }
  return answer;
}

export function usageOf(usage: OpenAI.CompletionUsage): ModelUsage {
  return {
    input: usage.prompt_tokens ?? null,
    cached: usage.prompt_tokens_details?.cached_tokens ?? null,
    cacheWrite: null,
    output: usage.completion_tokens ?? null,
    reasoning: usage.completion_tokens_details?.reasoning_tokens ?? null,
  };
}
