import { expect, it } from "vitest";
import { atLeast, chosenIn, followed, toggled } from "./words.ts";

it("narrows to the kinds whose chips are pressed, and to all when none is left", () => {
  expect(chosenIn(null)).toEqual([]);
  expect(chosenIn("Job,Odd,Run")).toEqual(["Run", "Job"]);
  expect(toggled([], "Job")).toBe("/board?entities=Job");
  expect(toggled(["Job"], "Run")).toBe("/board?entities=Run,Job");
  expect(toggled(["Job"], "Job")).toBe("/board");
  expect(toggled(["Run", "Session", "LlmCall", "Artifact", "Job"], "DeadLetter")).toBe("/board");
});

it("asks the feed for what the cards live by, each once", () =>
  expect(followed(["Session", "LlmCall", "Job"])).toEqual(["Run", "Job"]));

it("says that a number is a lower bound", () =>
  expect([atLeast(1000, true), atLeast(7, false)]).toEqual(["1,000+", "7"]));
