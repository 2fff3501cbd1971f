import { expect, test } from "vitest";
import { addUp, playwrightCount, summaryLine, vitestCount } from "./count.ts";

test("the counts of all runners make one line, and name what failed", () => {
  const of = (fullName: string, status: string) => ({ fullName, status });
  const total = addUp([
    vitestCount({
      numPassedTests: 10,
      numFailedTests: 1,
      numPendingTests: 2,
      numTodoTests: 1,
      testResults: [
        { name: "a.test.ts", status: "failed", assertionResults: [of("adds", "passed"), of("takes away", "failed")] },
        { name: "b.test.ts", status: "failed", assertionResults: [] },
        { name: "c.test.ts", status: "passed", assertionResults: [of("divides", "passed")] },
      ],
    }),
    playwrightCount({
      stats: { expected: 5, unexpected: 1, flaky: 1, skipped: 0 },
      suites: [
        {
          specs: [{ file: "d.spec.ts", title: "opens", tests: [{ status: "expected" }] }],
          suites: [
            {
              specs: [
                { file: "d.spec.ts", title: "closes", tests: [{ status: "unexpected" }] },
                { file: "d.spec.ts", title: "opens again", tests: [{ status: "flaky" }] },
              ],
            },
          ],
        },
      ],
    }),
  ]);
  expect(total).toEqual({
    passed: 15,
    failed: 3,
    skipped: 3,
    failures: ["a.test.ts: takes away", "b.test.ts: the file itself", "d.spec.ts: closes", "d.spec.ts: opens again"],
  });
  expect(summaryLine(total)).toBe("15 passed, 3 failed, 3 skipped");
  expect(summaryLine(addUp([]))).toBe("0 passed, 0 failed");
});
