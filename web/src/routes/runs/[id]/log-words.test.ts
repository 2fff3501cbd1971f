import { expect, it } from "vitest";
import type { LogData } from "../../../../../src/events/log-record.ts";
import { recordName, recordWords } from "./log-words.ts";

const record = (more: Partial<LogData>) => ({ body: null, attributes: {}, ...more }) as LogData;

it.each<[string, Partial<LogData>, string]>([
  ["a user's message", { body: { content: "What is this?" } }, "What is this?"],
  ["a choice", { body: { finish_reason: "stop", index: 0, message: { content: "A cat." } } }, "A cat."],
  [
    "a tool call",
    { body: { message: { tool_calls: [{ id: "1", function: { name: "weather", arguments: "{}" } }] } } },
    "weather",
  ],
  [
    "parts",
    {
      body: {
        parts: [
          { type: "text", content: "" },
          { type: "text", content: "second" },
        ],
      },
    },
    "second",
  ],
  ["text", { body: "plain words" }, "plain words"],
  [
    "a body that is only the event's name",
    { event_name: "user_prompt", body: "claude_code.user_prompt", attributes: { prompt: "Weather?" } },
    "Weather?",
  ],
  [
    "messages in an attribute",
    { attributes: { "gen_ai.output.messages": '[{"role":"assistant","parts":[{"type":"text","content":"Hi"}]}]' } },
    "Hi",
  ],
  ["what nobody knows", { body: { odd: 1 } }, '{"odd":1}'],
  ["nothing", {}, ""],
])("finds the words of %s", (_, more, text) => expect(recordWords(record(more))).toBe(text));

it("survives a body that is deeper than any message", () => {
  let body: LogData["body"] = "deep";
  for (let level = 0; level < 500; level++) body = { content: body };
  expect(recordWords(record({ body }))).toMatch(/^\{"content"/);
});

it("names a record even if its sender did not", () => {
  expect(recordName(record({ event_name: "gen_ai.choice" }))).toBe("gen_ai.choice");
  expect(recordName(record({ severity: "WARN" }))).toBe("log WARN");
  expect(recordName(record({}))).toBe("log record");
});
