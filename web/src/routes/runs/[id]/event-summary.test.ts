import { expect, it } from "vitest";
import { eventSummary } from "./event-summary.ts";

it.each([
  ["SPAN", { name: "chat gpt-5" }, "chat gpt-5"],
  ["CUSTOM", { name: "progress", value: { done: 3 } }, 'progress: {"done":3}'],
  ["TEXT_MESSAGE_CONTENT", { messageId: "1", delta: "Hello\n  there" }, "Hello there"],
  ["RUN_ERROR", { message: "out of tokens", code: "x" }, "out of tokens"],
  ["STATE_DELTA", { delta: [{ op: "add" }] }, '{"delta":[{"op":"add"}]}'],
  ["LOG", { body: { content: "Where is\n my order?" }, attributes: {} }, "Where is my order?"],
  ["ODD", null, ""],
  ["ODD", "text", "text"],
])("%s %j reads %s", (type, data, line) => expect(eventSummary({ type, data })).toBe(line));

it("stays one short line", () =>
  expect(eventSummary({ type: "X", data: { text: "a".repeat(1e6) } })).toHaveLength(241));
