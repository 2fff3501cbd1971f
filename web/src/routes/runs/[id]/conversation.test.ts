import { expect, it } from "vitest";
import type { MessagePart } from "#lib/api.ts";
import { foldRange, messageText, shownPart } from "./conversation.ts";

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
    { kind: "tool_result", title: "Result", text: "[]" },
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

it("copies a message as text", () => {
  expect(
    messageText({
      role: "assistant",
      parts: [
        { type: "text", text: "a" },
        { type: "reasoning", text: "b" },
      ],
    }),
  ).toBe("a\n\nReasoning\nb");
});

it("folds the middle of a long history", () => {
  expect(foldRange(9)).toBeNull();
  expect(foldRange(100)).toEqual({ from: 1, to: 94 });
});
