import type { Ctx } from "../../context.ts";
import { AppError } from "../../errors.ts";
import type { ModelMessage, ModelRequest } from "../../models/answer.ts";
import type { Alias } from "../../models/config.ts";
import { type Asked, askModel, withSession } from "./ask.ts";
import { type BiasCheck, readBiasCheck } from "./bias-check.ts";
import { splitAnswer } from "./json-answer.ts";
import type { OpenSession } from "./open.ts";
import type { Waiting } from "./waiting.ts";

const AGAIN = "That could not be read as the object that was asked for. Answer with the object of JSON alone.";

/**
 * Asks a verifier for its verdict. An answer that is no verdict is sent back once: small models write about JSON before they write it.
 * @returns the verdict, and the call that it came from
 * @throws AppError `model_answer_unreadable` if the second answer is none either; as `askModel`
 */
export async function askBiasCheck(
  ctx: Ctx,
  session: OpenSession,
  model: { name: string | undefined; otherwise: Alias },
  request: ModelRequest,
  waiting: Waiting,
): Promise<{ check: BiasCheck; answer: Asked }> {
  const first = await askModel(ctx, session, model, request, waiting);
  const check = readBiasCheck(splitAnswer(first.text).json);
  if (check) return { check, answer: first };
  const more: ModelMessage[] = [
    { role: "assistant", content: first.text },
    { role: "user", content: AGAIN },
  ];
  const repeated = { ...request, messages: [...request.messages, ...more] };
  const second = await askModel(ctx, session, model, repeated, waiting);
  const corrected = readBiasCheck(splitAnswer(second.text).json);
  if (corrected) return { check: corrected, answer: second };
  throw withSession(
    new AppError(
      "model_answer_unreadable",
      `${second.asked.slice(0, 100)} was asked for JSON and wrote something else, twice. Both answers are in the session; send the same step again, or take another model.`,
    ),
    session.state.id,
  );
}
