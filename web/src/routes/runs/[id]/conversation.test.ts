import { expect, it } from "vitest";
import type { Message, MessagePart } from "#lib/api.ts";
import { foldRange, shownPart, turnsOf, turnText } from "./conversation.ts";

it.each<[MessagePart, object]>([
  [
    { type: "text", text: "<b>hi</b>" },
    { kind: "text", title: null, text: "<b>hi</b>" },
  ],
  [
    { type: "tool_call", name: "search", arguments: '{"q":1}' },
    { kind: "tool_call", title: "search", text: '{\n  "q": 1\n}' },
  ],
  [
    { type: "tool_call", name: "ping", arguments: undefined },
    { kind: "tool_call", title: "ping", text: "{}" },
  ],
  [
    { type: "tool_result", result: [] },
    { kind: "tool_result", title: "a tool", text: "[]" },
  ],
  [
    { type: "json", value: 3 },
    { kind: "json", title: null, text: "3" },
  ],
])("shows %j", (part, shown) => expect(shownPart(part)).toEqual(shown));

it("draws only images that came with the message", () => {
  const url = (text: string) => shownPart({ type: "image", url: text }).image;
  expect(url("data:image/png;base64,AAAA")).toBe("data:image/png;base64,AAAA");
  expect(url("https://tracker.example/x.png")).toBeUndefined();
  expect(url("data:image/svg+xml;base64,AAAA")).toBeUndefined();
  expect(url("data:text/html;base64,AAAA")).toBeUndefined();
});

it("shows a part that only a newer API knows", () => {
  expect(shownPart({ type: "audio", id: 1 } as unknown as MessagePart)).toMatchObject({ kind: "json", title: "audio" });
});

const call = (name: string, id?: string): MessagePart => ({
  type: "tool_call",
  name,
  arguments: {},
  ...(id ? { id } : {}),
});
const result = (value: unknown, more: { id?: string; name?: string } = {}): MessagePart => ({
  type: "tool_result",
  result: value,
  ...more,
});
const outline = (messages: Message[]) =>
  turnsOf(messages).map(
    ({ role, parts }) =>
      `${role} ${parts.map((part) => `${part.title}${part.result ? `=${part.result.text}` : ""}`).join(" ")}`,
  );

it.each<[string, MessagePart[], MessagePart[], string[]]>([
  [
    "by id, in any order",
    [call("a", "1"), call("a", "2")],
    [result(22, { id: "2" }), result(11, { id: "1" })],
    ["assistant a=11 a=22"],
  ],
  ["by name", [call("a"), call("b")], [result(2, { name: "b", id: "x" })], ["assistant a b=2"]],
  ["in turn without either", [call("a"), call("b")], [result(1), result(2)], ["assistant a=1 b=2"]],
  ["not at all when the ids differ", [call("a", "1")], [result(9, { id: "9" })], ["assistant a", "tool a tool"]],
  ["once", [call("a", "1")], [result(1, { id: "1" }), result(2, { id: "1" })], ["assistant a=1", "tool a tool"]],
])("puts results beside their calls: %s", (_, calls, results, expected) =>
  expect(
    outline([
      { role: "assistant", parts: calls },
      { role: "tool", parts: results },
    ]),
  ).toEqual(expected),
);

it("pairs inside one message, and keeps a message that was empty", () =>
  expect(
    outline([
      { role: "assistant", parts: [call("a"), result(1)] },
      { role: "user", parts: [] },
    ]),
  ).toEqual(["assistant a=1", "user "]));

it("copies a message as text", () => {
  const [turn] = turnsOf([
    {
      role: "assistant",
      parts: [{ type: "text", text: "a" }, { type: "reasoning", text: "b" }, call("c"), result("d")],
    },
  ]);
  expect(turn && turnText(turn)).toBe("a\n\nReasoning\nb\n\nc\n{}\n\nResult\nd");
});

it("folds the middle of a long history", () => {
  expect(foldRange(9)).toBeNull();
  expect(foldRange(100)).toEqual({ from: 1, to: 94 });
});
