/** How many tests did what, and which failed. */
export interface Count {
  passed: number;
  failed: number;
  skipped: number;
  /** Each with its file, in the order of the run. */
  failures: string[];
}

/** From vitest's JSON report. */
export function vitestCount(report: {
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
  numTodoTests?: number;
  testResults: { name: string; status: string; assertionResults: { fullName: string; status: string }[] }[];
}): Count {
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests,
    skipped: report.numPendingTests + (report.numTodoTests ?? 0),
    failures: report.testResults.flatMap((file) => {
      const failed = file.assertionResults.filter(({ status }) => status === "failed");
      if (failed.length > 0) return failed.map(({ fullName }) => `${file.name}: ${fullName}`);
      return file.status === "failed" ? [`${file.name}: the file itself`] : [];
    }),
  };
}

/** From Playwright's JSON report. A test that passed at a second try counts as failed: it cannot be relied on. */
export function playwrightCount({
  stats,
  suites,
}: {
  stats: { expected: number; unexpected: number; flaky: number; skipped: number };
  suites: PlaywrightSuite[];
}): Count {
  return {
    passed: stats.expected,
    failed: stats.unexpected + stats.flaky,
    skipped: stats.skipped,
    failures: suites.flatMap(failuresOf),
  };
}

/** A file, or what it groups. */
interface PlaywrightSuite {
  suites?: PlaywrightSuite[];
  specs: { file: string; title: string; tests: { status: string }[] }[];
}

function failuresOf({ suites = [], specs }: PlaywrightSuite): string[] {
  const failed = specs.filter(({ tests }) => tests.some(({ status }) => status === "unexpected" || status === "flaky"));
  return [...failed.map(({ file, title }) => `${file}: ${title}`), ...suites.flatMap(failuresOf)];
}

export function addUp(counts: readonly Count[]): Count {
  const total: Count = { passed: 0, failed: 0, skipped: 0, failures: [] };
  for (const count of counts) {
    total.passed += count.passed;
    total.failed += count.failed;
    total.skipped += count.skipped;
    total.failures.push(...count.failures);
  }
  return total;
}

/** The line that a whole run ends with. */
export function summaryLine({ passed, failed, skipped }: Count): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
}
