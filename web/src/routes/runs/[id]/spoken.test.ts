import { expect, it } from "vitest";
import { turnsOf } from "./conversation.ts";
import { Spoken } from "./spoken.ts";

function told(...events: [type: string, data: object][]) {
  const spoken = new Spoken();
  for (const [type, data] of events) spoken.take({ type, data });
  return turnsOf(spoken.messages).map(({ role, parts }) => [
    role,
    ...parts.map(({ title, text, result }) => [title, text.replace(/\s+/g, " "), result?.text.replace(/\s+/g, " ")]),
  ]);
}

it("joins what came in pieces, and sets results beside their calls", () => {
  expect(
    told(
      ["RUN_STARTED", { input: { messages: [{ id: "u", role: "user", content: "Weather in Bern?" }] } }],
      ["TOOL_CALL_START", { toolCallId: "c", toolCallName: "weather" }],
      ["TOOL_CALL_ARGS", { toolCallId: "c", delta: '{"city":' }],
      ["TOOL_CALL_ARGS", { toolCallId: "c", delta: '"Bern"}' }],
      ["TOOL_CALL_END", { toolCallId: "c" }],
      ["TOOL_CALL_RESULT", { messageId: "t", toolCallId: "c", content: '{"sun":true}' }],
      ["TEXT_MESSAGE_START", { messageId: "a", role: "assistant" }],
      ["TEXT_MESSAGE_CONTENT", { messageId: "a", delta: "It is " }],
      ["TEXT_MESSAGE_CONTENT", { messageId: "a", delta: "sunny." }],
      ["TEXT_MESSAGE_END", { messageId: "a" }],
    ),
  ).toEqual([
    ["user", [null, "Weather in Bern?", undefined]],
    ["assistant", ["weather", '{ "city": "Bern" }', '{ "sun": true }']],
    ["assistant", [null, "It is sunny.", undefined]],
  ]);
});

it("takes a message once, however often a thread repeats it", () => {
  const hello = { id: "u1", role: "user", content: "Hello" };
  const answer = { id: "a1", role: "assistant", content: "Hi" };
  expect(
    told(
      ["RUN_STARTED", { input: { messages: [hello] } }],
      ["TEXT_MESSAGE_CHUNK", { messageId: "a1", role: "assistant", delta: "H" }],
      ["TEXT_MESSAGE_CHUNK", { delta: "i" }],
      ["RUN_STARTED", { input: { messages: [hello, answer, { id: "u2", role: "user", content: "Again" }] } }],
      ["MESSAGES_SNAPSHOT", { messages: [hello, answer] }],
    ).map(([role, part]) => [role, part?.[1]]),
  ).toEqual([
    ["user", "Hello"],
    ["assistant", "Hi"],
    ["user", "Again"],
  ]);
});

it("shows arguments that are cut off or no JSON as they came, and leaves other events alone", () => {
  expect(told(["TOOL_CALL_ARGS", { toolCallId: "c", delta: '{"ci' }])).toEqual([
    ["assistant", ["a tool", '{"ci', undefined]],
  ]);
  expect(told(["CUSTOM", { name: "x" }], ["RUN_STARTED", {}], ["STEP_STARTED", { stepName: "s" }])).toEqual([]);
});
