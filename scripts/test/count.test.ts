import { expect, test } from "vitest";
import { addUp, playwrightCount, summaryLine, vitestCount } from "./count.ts";

test("the counts of all runners make one line", () => {
  const total = addUp([
    vitestCount({ numPassedTests: 10, numFailedTests: 1, numPendingTests: 2, numTodoTests: 1 }),
    playwrightCount({ stats: { expected: 5, unexpected: 1, flaky: 1, skipped: 0 } }),
  ]);
  expect(total).toEqual({ passed: 15, failed: 3, skipped: 3 });
  expect(summaryLine(total)).toBe("15 passed, 3 failed, 3 skipped");
  expect(summaryLine(addUp([]))).toBe("0 passed, 0 failed");
});
