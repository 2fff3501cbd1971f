import { expect, test } from "vitest";
import { monitorTitle, percent, plain, revisionsOf, severityOf, stepTitle } from "./step-words.ts";

test("what tools write reads as words", () => {
  expect([plain("hasty_conclusion"), plain("bias-analysis"), percent(0.734), percent(1)]).toEqual([
    "hasty conclusion",
    "bias analysis",
    "73 %",
    "100 %",
  ]);
  expect([
    stepTitle({ step: 2, total_steps: 5 }),
    stepTitle({ step: 6, total_steps: 5 }),
    stepTitle({ step: 1 }),
  ]).toEqual(["Step 2 of 5", "Step 6", "Step 1"]);
  expect([monitorTitle({ monitor: "circular" }), monitorTitle({ monitor: "own_rule" })]).toEqual([
    "Goes in circles",
    "own rule",
  ]);
});

test.each([
  [{ level: "high", severity: 0.1 }, "high"],
  [{ severity: "medium" }, "medium"],
  [{ severity: 0.9 }, "critical"],
  [{ severity: 0.6 }, "high"],
  [{ severity: 0.3 }, "medium"],
  [{ severity: 0.05 }, "low"],
  [{ level: "dreadful" }, "none"],
  [{}, "none"],
])("%j is %s", (finding, severity) => {
  expect(severityOf(finding)).toBe(severity);
});

test("steps that were taken back are known by the step that did", () => {
  expect(revisionsOf([{ step: 1 }, { step: 2, revises_step: 1 }, { step: 3 }])).toEqual(new Map([[1, 2]]));
});
