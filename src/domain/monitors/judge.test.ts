import { describe, expect, test } from "vitest";
import { type Example, stepsOf } from "../../../test/fixtures/monitors/example.ts";
import { HEALTHY } from "../../../test/fixtures/monitors/healthy.ts";
import { HELD_OUT } from "../../../test/fixtures/monitors/held-out.ts";
import { SICK } from "../../../test/fixtures/monitors/sick.ts";
import type { Finding, JudgedStep } from "./finding.ts";
import { judge } from "./judge.ts";
import { THRESHOLDS } from "./thresholds.ts";

const EXAMPLES = [...HEALTHY, ...SICK];
const signsOf = (findings: readonly Finding[]) => findings.map(({ sign }) => sign);
const judged = (example: Example, steps = stepsOf(example)) => signsOf(judge(steps, example.question));

describe("labelled examples", () => {
  test.each(HEALTHY.map((example) => [example.name, example] as const))("healthy: %s", (_, example) => {
    expect(judged(example)).toEqual(example.found ?? []);
  });

  test.each(SICK.map((example) => [example.name, example] as const))("sick: %s", (_, example) => {
    expect(judged(example)).toEqual(example.found ?? example.expect);
  });

  test.each(HELD_OUT.map((example) => [example.name, example] as const))("held out: %s", (_, example) => {
    expect(judged(example)).toEqual(example.found ?? example.expect);
  });
});

describe("a finding", () => {
  test("says what, how much, from where on, and in which steps and spans", () => {
    const text = "The backup job fails at the upload stage, so I should inspect the storage credentials.";
    const steps = ["a", "b", "c", "d"].map((id) => ({ text, span_id: id }));
    expect(judge(steps, "Why does the backup job fail?")).toEqual([
      {
        monitor: "circular",
        sign: "repeats",
        reason: "Steps 2, 3 and 4 say nearly the same as step 1 (likeness up to 1).",
        severity: "low",
        score: 1,
        threshold: THRESHOLDS.circular.cosine,
        step: 2,
        span_ids: ["a", "b", "c", "d"],
      },
    ]);
  });

  test("numbers steps as their sender does", () => {
    const steps = [7, 8, 9].map((step) => ({ step, text: "", calls: [{ name: "search", arguments: { q: "x" } }] }));
    expect(judge(steps, "")).toMatchObject([
      { sign: "same_calls", step: 8, reason: expect.stringContaining("Steps 7, 8 and 9 ask for the same (search") },
    ]);
  });

  test("grows more severe with what it is about", () => {
    const steps = (count: number) =>
      Array.from({ length: count }, () => ({ text: "", calls: [{ name: "search", arguments: "{}" }] }));
    expect([3, 5, 8].map((count) => judge(steps(count), "")[0]?.severity)).toEqual(["low", "medium", "high"]);
  });

  test("needs three steps", () => {
    const same = { text: "The backup job fails at the upload stage because of storage credentials." };
    expect(judge([same, same], "Why does the backup job fail?")).toEqual([]);
  });
});

describe("more steps", () => {
  test.each(EXAMPLES.map((example) => [example.name, example] as const))(
    "do not undo what was found before them: %s",
    (_, example) => {
      const steps = stepsOf(example);
      const whole = judged(example);
      for (let n = 3; n < steps.length; n++) {
        // What is about the end of a run is about another step as soon as it goes on.
        const before = judged(example, steps.slice(0, n)).filter((sign) => sign !== "truncated");
        expect(whole).toEqual(expect.arrayContaining(before));
      }
    },
  );

  test.each(SICK.map((example) => [example.name, example] as const))(
    "of another agent, which is healthy, do not either: %s",
    (_, example) => {
      const more = HEALTHY.find(({ name }) => name === "weighs, then decides");
      const steps = [...stepsOf(example), ...stepsOf(more as Example)];
      const question = `${example.question}\n${more?.question}`;
      const kept = judged(example).filter((sign) => sign !== "truncated" && sign !== "off_topic");
      expect(signsOf(judge(steps, question))).toEqual(expect.arrayContaining(kept));
    },
  );
});

describe("whatever comes", () => {
  const odd: [string, string | JudgedStep][] = [
    ["nothing", ""],
    ["one letter", "x"],
    ["half a surrogate pair", "\ud83d"],
    ["signs only", "!!! --- ??? ..."],
    ["a wall of one letter", "a".repeat(200_000)],
    ["a wall without spaces", "字".repeat(50_000)],
    ["deep JSON", "[".repeat(40_000) + "]".repeat(40_000)],
    ["JSON that is none", '{"a": '],
    ["deep arguments", { text: "", calls: [{ name: "f", arguments: "[".repeat(40_000) + "]".repeat(40_000) }] }],
    ["no arguments", { text: "", calls: [{ name: "f", arguments: undefined }] }],
    ["the names of an object's own", "constructor __proto__ toString hasOwnProperty valueOf constructor"],
  ];

  test.each(odd)("is judged without harm: %s", (_, step) => {
    const steps = Array.from({ length: 4 }, () => (typeof step === "string" ? { text: step } : step));
    for (const finding of judge(steps, typeof step === "string" ? step : "")) {
      expect(finding.reason.length).toBeLessThan(400);
      expect(Number.isFinite(finding.score)).toBe(true);
    }
  });

  test("of a long run the newest steps are looked at, and keep their numbers", () => {
    const steps = Array.from({ length: THRESHOLDS.steps + 50 }, (_, n) => ({
      text: n < 146 ? "" : "The backup job fails at the upload stage because of storage credentials.",
      calls: n < 146 ? [{ name: "read", arguments: { n } }] : [],
    }));
    expect(judge(steps, "")).toMatchObject([{ sign: "repeats", step: 148 }]);
  });
});

/** The figures of docs/monitors.md. A number that moves is to be looked at there. */
describe("precision and recall on the labelled examples", () => {
  const monitors = {
    circular: ["repeats", "same_calls"],
    drift: ["off_topic"],
    quality: ["shrinking", "looping_text", "empty", "truncated", "refusing", "errors"],
  } as const;

  test.each([
    ["tuned", "circular", 13, 0, 1],
    ["tuned", "drift", 6, 0, 1],
    ["tuned", "quality", 13, 0, 0],
    ["held_out", "circular", 2, 0, 1],
    ["held_out", "drift", 1, 1, 0],
    ["held_out", "quality", 2, 0, 0],
  ] as const)("%s, %s: %d right, %d false, %d missed", (set, monitor, right, wrong, missed) => {
    const counts = { right: 0, wrong: 0, missed: 0 };
    for (const example of [...EXAMPLES, ...HELD_OUT].filter((each) => each.set === set)) {
      const found = judged(example);
      for (const sign of monitors[monitor]) {
        if (found.includes(sign) && example.expect.includes(sign)) counts.right++;
        else if (found.includes(sign)) counts.wrong++;
        else if (example.expect.includes(sign)) counts.missed++;
      }
    }
    expect(counts).toEqual({ right, wrong, missed });
  });
});
