import { AppError } from "../errors.ts";
import type { ModelAnswer, ModelRequest } from "./answer.ts";
import { askAnthropic } from "./anthropic.ts";
import type { ModelConfig } from "./config.ts";
import { modelFailure } from "./failure.ts";
import { askOpenAi } from "./openai.ts";
import type { ModelRef } from "./resolve.ts";
import { askWorkersAi } from "./workers-ai.ts";

/** Characters of an answer; a model that writes more has lost itself. */
const MAX_ANSWER_CHARS = 90_000;

/** An answer and when its first text came, in ms since the epoch; null = in one piece. */
export interface Completion extends ModelAnswer {
  firstTextAt: number | null;
}

/**
 * One call of a model, without a second try.
 * @param signal aborted when nobody waits any more
 * @param onText is told how many characters there are so far
 * @throws AppError `model_key_refused`, `model_rate_limited`, `model_rejected`, `model_timeout`, `model_failed`, `cancelled`
 */
export async function complete(
  config: ModelConfig,
  ref: ModelRef,
  request: ModelRequest,
  signal: AbortSignal,
  onText: (characters: number) => void,
): Promise<Completion> {
  const timeout = AbortSignal.timeout(config.timeoutMs);
  const enough = new AbortController();
  let characters = 0;
  let firstTextAt: number | null = null;
  const hear = (piece: string) => {
    firstTextAt ??= Date.now();
    characters += piece.length;
    onText(characters);
    if (characters > MAX_ANSWER_CHARS) enough.abort();
  };
  try {
    const answer = await ask(config, ref, request, AbortSignal.any([signal, timeout, enough.signal]), hear);
    // The SDKs end a stream that is aborted without an error.
    if (!signal.aborted && !timeout.aborted && !enough.signal.aborted) return { ...whole(ref, answer), firstTextAt };
  } catch (error) {
    if (!signal.aborted && !timeout.aborted && !enough.signal.aborted) throw modelFailure(config, ref, error);
  }
  if (signal.aborted) throw new AppError("cancelled", "The call was cancelled before the model had answered.");
  const who = `${ref.provider} (${ref.model.slice(0, 100)})`;
  if (timeout.aborted) {
    throw new AppError(
      "model_timeout",
      `${who} had not finished after ${config.timeoutMs / 1000} s (${characters} characters so far). Send the step again, ask for less, or take a faster model.`,
    );
  }
  throw new AppError(
    "model_failed",
    `${who} wrote more than ${MAX_ANSWER_CHARS} characters. Ask for a shorter answer.`,
  );
}

function ask(
  config: ModelConfig,
  ref: ModelRef,
  request: ModelRequest,
  signal: AbortSignal,
  hear: (t: string) => void,
) {
  const { provider, model } = ref;
  switch (provider) {
    case "openai":
    case "openrouter":
      return askOpenAi(configured(config[provider]), model, request, signal, hear);
    case "anthropic":
      return askAnthropic(configured(config[provider]), model, request, signal, hear);
    case "workers-ai":
      return askWorkersAi(configured(config[provider]), model, request, signal, hear);
  }
}

function configured<T>(provider: T | null): T {
  if (provider === null) throw new Error("A model was resolved to a provider that is not configured");
  return provider;
}

function whole(ref: ModelRef, answer: ModelAnswer): ModelAnswer {
  const who = `${ref.provider} (${ref.model.slice(0, 100)})`;
  if (answer.finish === null) {
    throw new AppError(
      "model_failed",
      `The answer of ${who} was cut off after ${answer.text.length} characters. Send the same step again.`,
    );
  }
  if (answer.text.trim() === "") {
    throw new AppError(
      "model_failed",
      `${who} gave no text (finish reason ${answer.finish.slice(0, 40)}). Ask in other words.`,
    );
  }
  return answer;
}
