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

/** What its codes mean in HTTP (developers.cloudflare.com/workers-ai/platform/errors); others are failures of its own. */
const STATUS_OF_CODE: { [code: string]: number } = {
  5007: 404,
  3042: 404,
  5004: 400,
  3003: 400,
  3039: 400,
  5005: 400,
  3006: 413,
  5016: 403,
  5018: 403,
  3023: 403,
  3041: 403,
  3036: 429,
  3040: 429,
  3007: 504,
};

/** The binding's errors say their code at the beginning of the message and have no status. */
function withStatus(error: unknown): unknown {
  const message = error instanceof Error ? error.message : String(error);
  const status = STATUS_OF_CODE[/\b(\d{4}):/.exec(message)?.[1] ?? ""];
  return status === undefined ? error : { status, message };
}

/** Asks Workers AI by its binding. In one piece: the binding reports a call that breaks as an error by itself. */
export async function askWorkersAi(
  ai: WorkersAi,
  model: string,
  { system, messages, temperature }: ModelRequest,
  signal: AbortSignal,
  onText: OnText,
): Promise<ModelAnswer> {
  const inputs = {
    messages: [{ role: "system", content: system }, ...messages],
    max_tokens: MAX_OUTPUT_TOKENS,
    ...(temperature === undefined ? {} : { temperature }),
  };
  const output = (await ai.run(model, inputs, { signal }).catch((error: unknown) => {
    throw withStatus(error);
  })) as Output;
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
