import { expect, it } from "vitest";
import { fitsLine, metadataTexts, nameLists } from "./header-facts.ts";

it("shows the first names and counts the others", () => {
  const tools = ["a", "b", "c", "d", "e"];
  expect(nameLists({ agents: ["planner"], tools, prompts: [] })).toEqual([
    { label: "Agent", shown: ["planner"], more: 0, all: ["planner"] },
    { label: "Tools", shown: ["a", "b", "c"], more: 2, all: tools },
  ]);
});

it("writes metadata as text, by its keys", () =>
  expect(metadataTexts({ tier: "gold", beta: true, ids: [1, "2"] })).toEqual([
    ["beta", "true"],
    ["ids", '[1,"2"]'],
    ["tier", "gold"],
  ]));

it.each([
  [[], true],
  [[["a", "b"]], true],
  [[["a", "b".repeat(60)]], false],
  [
    [
      ["a", "b"],
      ["c", "d"],
      ["e", "f"],
    ],
    false,
  ],
] as [[string, string][], boolean][])("%j fits a line: %s", (entries, fits) => expect(fitsLine(entries)).toBe(fits));
