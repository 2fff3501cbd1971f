import { expect, test } from "vitest";
import { nextAction, nextStep, type RoundStep } from "./bias-rounds.ts";

const q: RoundStep = { type: "query" };
const r: RoundStep = { type: "reasoning" };
const g: RoundStep = { type: "guidance" };
const c: RoundStep = { type: "correction" };
const s: RoundStep = { type: "synthesis" };
const found = (level: RoundStep["level"]): RoundStep => ({ type: "bias_analysis", ...(level ? { level } : {}) });

test.each([
  ["the query is reasoned about", [q], "continue_reasoning", "reasoning"],
  ["each step is checked", [q, r], "bias_check", "bias_analysis"],
  ["without a bias it goes on", [q, r, found("none")], "continue_reasoning", "reasoning"],
  ["a low one is let pass", [q, r, found("low")], "continue_reasoning", "reasoning"],
  ["a medium one is corrected", [q, r, found("medium")], "correction_needed", "correction"],
  ["a correction is not checked again", [q, r, found("high"), c], "continue_reasoning", "reasoning"],
  ["after a critical one the host is asked", [q, r, found("critical"), c], "awaiting_guidance", "reasoning"],
  ["with its guidance it goes on", [q, r, found("critical"), c, g], "continue_reasoning", "reasoning"],
  ["guidance does not replace a check", [q, r, g], "bias_check", "bias_analysis"],
  ["nor a correction", [q, r, found("high"), g], "correction_needed", "correction"],
  ["after the last round it concludes", [q, r, found("none"), r, found("low")], "ready_for_synthesis", "synthesis"],
  [
    "a correction of the last round comes before",
    [q, r, found("none"), r, found("high")],
    "correction_needed",
    "correction",
  ],
  [
    "guidance that does not come is not waited for",
    [q, r, found("none"), r, found("critical"), c],
    "awaiting_guidance",
    "synthesis",
  ],
  [
    "guidance after the last round is heard",
    [q, r, found("none"), r, found("none"), g],
    "continue_reasoning",
    "reasoning",
  ],
  ["a synthesis is the end", [q, r, found("none"), r, found("none"), s], "complete", null],
  ["guidance begins another turn", [q, r, found("none"), s, g], "continue_reasoning", "reasoning"],
  [
    "which has rounds of its own",
    [q, r, found("none"), r, found("none"), s, g, r, found("none")],
    "continue_reasoning",
    "reasoning",
  ],
] as const)("%s", (_, steps, action, step) => {
  expect([nextAction(steps, 2), nextStep(steps, 2)]).toEqual([action, step]);
});
