import type OpenAI from "openai";
import { type ModelAnswer, type ModelRequest, NO_USAGE, type OnText } from "./answer.ts";
import type { WorkersAi } from "./config.ts";
import { usageOf } from "./openai.ts";

/** Tokens that a model of Workers AI may write; unsaid, it is 256. */
const MAX_OUTPUT_TOKENS = 8_000;

/** Models answer in a form of their own, or in that of Chat Completions. */
interface Output {
  response?: unknown;
  choices?: { message?: { content?: string | null }; finish_reason?: string }[];
  usage?: OpenAI.CompletionUsage;
}

/** Asks Workers AI by its binding. In one piece: the binding reports a call that breaks as an error by itself. */
export async function askWorkersAi(
  ai: WorkersAi,
  model: string,
  { system, messages, temperature }: ModelRequest,
  signal: AbortSignal,
  onText: OnText,
): Promise<ModelAnswer> {
  const output = (await ai.run(
    model,
    {
      messages: [{ role: "system", content: system }, ...messages],
      max_tokens: MAX_OUTPUT_TOKENS,
      ...(temperature === undefined ? {} : { temperature }),
    },
    { signal },
  )) as Output;
  const [choice] = output.choices ?? [];
  const said = choice?.message?.content ?? output.response;
  const text = typeof said === "string" ? said : said === undefined || said === null ? "" : JSON.stringify(said);
  if (text !== "") onText(text);
  return {
    text,
    model,
    id: null,
    finish: choice?.finish_reason ?? "stop",
    usage: output.usage ? usageOf(output.usage) : NO_USAGE,
  };
}
