import { expect, test } from "vitest";
import { readBiasCheck } from "./bias-check.ts";
import { splitAnswer } from "./json-answer.ts";

const clean = {
  detected: false,
  confidence: null,
  score: 0,
  level: "none",
  biases: [],
  suggestions: [],
  explanation: null,
  revise: false,
  alternative: null,
};

test("reads a verdict in its form", () => {
  const json = {
    bias_detected: true,
    confidence: 0.9,
    bias_score: 0.6,
    biases: [
      {
        bias_type: "Confirmation bias",
        severity: "high",
        explanation: "Only what fits",
        location: "only",
        suggestion: "Look",
      },
      { bias_type: "none found", severity: "none" },
    ],
    suggestions: ["Look for what speaks against it"],
    explanation: "One-sided.",
    revision_recommended: true,
    alternative_phrasing: "Both",
  };
  expect(readBiasCheck(json)).toEqual({
    detected: true,
    confidence: 0.9,
    score: 0.6,
    level: "high",
    biases: [
      {
        bias: "confirmation_bias",
        severity: 0.7,
        level: "high",
        explanation: "Only what fits",
        suggestion: "Look",
        location: "only",
      },
    ],
    suggestions: ["Look for what speaks against it"],
    explanation: "One-sided.",
    revise: true,
    alternative: "Both",
  });
});

test.each([
  ["no object", null, null],
  ["another object", { answer: "No bias" }, null],
  ["nothing found", { bias_detected: false }, clean],
  ["nothing found, with a score all the same", { bias_detected: false, bias_score: 0.4, biases: [] }, clean],
  ["a flag alone", { has_bias: true }, { ...clean, detected: true, score: 0.45, level: "medium", revise: true }],
  [
    "names alone, against the flag",
    { bias_detected: false, biases: ["Anchoring"] },
    {
      ...clean,
      detected: true,
      score: 0.45,
      level: "medium",
      revise: true,
      biases: [{ bias: "anchoring", severity: 0.45, level: "medium" }],
    },
  ],
  [
    "numbers and other names of the fields",
    { biases_found: [{ type: "hasty-conclusion", severity: 90, description: "Fast" }], confidence: "high" },
    {
      ...clean,
      detected: true,
      confidence: 0.75,
      score: 0.9,
      level: "critical",
      revise: true,
      biases: [{ bias: "hasty_conclusion", severity: 0.9, level: "critical", explanation: "Fast" }],
    },
  ],
  ["entries that say nothing", { biases: [null, 7, {}, { bias_type: " " }] }, clean],
])("reads %s", (_, json, check) => {
  expect(readBiasCheck(json as never)).toEqual(check);
});

test.each([
  ["a fence", 'Here:\n```json\n{"bias_detected": false}\n```\nDone.'],
  ["prose around it", 'The verdict is {"bias_detected": false}'],
  ["braces before it", 'In {x} I see {"bias_detected": false}'],
])("finds it in %s", (_, text) => {
  expect(readBiasCheck(splitAnswer(text).json)).toEqual(clean);
});
