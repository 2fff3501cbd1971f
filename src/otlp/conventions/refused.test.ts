import { describe, expect, test } from "vitest";
import { contextOf, spanWith } from "../../../test/fixtures/span.ts";
import type { Attributes, Span } from "../../events/span.ts";
import { readFacts } from "./index.ts";

const chat = { "gen_ai.operation.name": "chat", "gen_ai.request.model": "gpt" };
const failed = (message?: string): Partial<Span> => ({
  status: message === undefined ? { code: "error" } : { code: "error", message },
});
const threw = (type: string, message = "no"): Partial<Span> => ({
  ...failed(),
  events: [
    {
      name: "exception",
      time_unix_nano: "1",
      attributes: { "exception.type": type, "exception.message": message },
    },
  ],
});

function refused(attributes: Attributes, more: Partial<Span>): boolean {
  return readFacts(spanWith(attributes, more), contextOf()).refused === true;
}

describe("a call that the provider refused", () => {
  test.each<[string, Attributes, Partial<Span>]>([
    ["by its status", { ...chat, "http.response.status_code": 429 }, failed("slow down")],
    ["by its status of old", { ...chat, "http.status_code": 401 }, failed("no key")],
    ["Claude Code's", { ...chat, status_code: "529" }, failed("no")],
    ["a status as the type of the error", { ...chat, "error.type": "500" }, failed("oops")],
    ["OpenAI's class", { ...chat, "error.type": "BadRequestError" }, failed("Invalid model")],
    ["with its module", { ...chat, "error.type": "openai.RateLimitError" }, failed("no")],
    ["Anthropic's word", { ...chat, "error.type": "invalid_request_error" }, failed("no")],
    ["an exception's class", chat, threw("anthropic._exceptions.OverloadedError")],
    ["an exception's code, as Genkit's", chat, threw("400", "INVALID_ARGUMENT: 400 Invalid model")],
    ["Vercel's, with a code in the message", chat, threw("AI_APICallError", "404 Not Found")],
    ["Vercel's, with a status", { ...chat, "http.response.status_code": 400 }, threw("AI_APICallError")],
    ["OpenAI's message in JavaScript", chat, failed("404 The model `nope` does not exist")],
    ["Anthropic's message", chat, failed('400 {"type":"error","error":{"type":"invalid_request_error"}}')],
    ["OpenAI's message in Python", chat, failed("Error code: 429 - {'error': {'message': 'quota'}}")],
    ["after the name of an error", chat, failed("Error: 400 Invalid model requested")],
    ["Gemini's message", chat, failed("got status: 503 Service Unavailable. {}")],
    ["axios' message", chat, failed("Request failed with status code 401")],
    ["a body as message", chat, failed('{"error":{"code":400,"status":"INVALID_ARGUMENT"}}')],
    ["Mastra's message", { ...chat, "error.message": "403 Forbidden" }, failed()],
    ["an embedding", { ...chat, "gen_ai.operation.name": "embeddings" }, failed("400 too long")],
    [
      "Langfuse's, whose status stays unset",
      {
        "langfuse.observation.type": "generation",
        "langfuse.observation.level": "ERROR",
        "langfuse.observation.status_message": "Error: 400 Invalid model",
      },
      {},
    ],
    [
      "LangSmith's, whose status is ok",
      { "langsmith.span.kind": "llm" },
      { ...threw("RateLimitError"), status: { code: "ok" } },
    ],
    [
      "zeros for counts",
      { ...chat, "gen_ai.usage.input_tokens": 0, "gen_ai.usage.output_tokens": 0 },
      failed("400 no"),
    ],
  ])("%s", (_, attributes, more) => {
    expect(refused(attributes, more)).toBe(true);
  });
});

describe("a call of which that cannot be said", () => {
  test.each<[string, Attributes, Partial<Span>]>([
    ["it did not fail", { ...chat, "http.response.status_code": 400 }, {}],
    ["it gave tokens", { ...chat, "gen_ai.usage.output_tokens": 3 }, failed("500 broke off")],
    ["it is a tool", { "gen_ai.operation.name": "execute_tool" }, failed("400 Bad Request")],
    ["it is an agent", { "gen_ai.operation.name": "invoke_agent" }, threw("BadRequestError")],
    ["it timed out", chat, threw("APITimeoutError", "Request timed out.")],
    ["it waited too long", { ...chat, "error.type": "timeout" }, failed("timeout of 500 ms exceeded")],
    ["the time is in front", chat, failed("Error: 500 ms were not enough")],
    ["it was given up", chat, threw("AbortError", "This operation was aborted")],
    ["it was not connected", chat, threw("openai.APIConnectionError", "Connection error.")],
    ["Vercel does not say", chat, threw("AI_APICallError", "Cannot connect to API: other side closed")],
    ["a gateway timed out", { ...chat, "http.response.status_code": 504 }, failed("Gateway Timeout")],
    ["the client was gone", chat, failed("499 Client Closed Request")],
    ["the provider timed out", chat, failed("408 Request Timeout")],
    ["the answer had begun", { ...chat, "http.response.status_code": 200, "error.type": "RateLimitError" }, failed()],
    ["a number of something else", chat, failed("the prompt has 404 tokens too many")],
    ["a year", chat, failed("4040 is no code")],
    ["odd values", { ...chat, "http.response.status_code": [400], "error.type": 7, status_code: "many" }, failed("no")],
    ["no reason", chat, failed()],
  ])("%s", (_, attributes, more) => {
    expect(refused(attributes, more)).toBe(false);
  });
});
