import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { at } from "../../scripts/root.ts";
import { KEY, removeState, type StartedServer, startServer } from "../server/harness.ts";
import { type Check, required, runSuite, type Verdict } from "./suite.ts";
import { type WithKey, withKey } from "./with-key.ts";

let server: StartedServer;
let keyed: WithKey;
const folder = mkdtempSync(join(tmpdir(), "runlight-baselines-"));

beforeAll(async () => {
  server = await startServer(undefined, {}, [at("test/conformance/start.ts")]);
  keyed = await withKey(server.origin, KEY);
});

afterAll(async () => {
  await keyed?.stop();
  await server?.stop();
  removeState(server.state);
  rmSync(folder, { recursive: true, force: true });
});

/** Runs server scenarios. A scenario that hangs fails after 8 seconds. */
const judge = (...args: string[]): Promise<Verdict> =>
  runSuite(["server", "--url", `${keyed.origin}/mcp`, "--timeout", "8000", ...args]);

const baselineOf = (revision: string) => at(`test/conformance/baseline-${revision}.yml`);

/** Checks of this status, as `scenario:check`. */
const having = (scenarios: Record<string, Check[]>, status: Check["status"]): string[] =>
  Object.entries(scenarios).flatMap(([scenario, checks]) =>
    checks.filter((check) => check.status === status).map(({ id }) => `${scenario}:${id}`),
  );

/** What is no requirement yet, warns, and is of sessions alone: broken streams that are taken up again. */
const OF_SESSIONS = "server-sse-polling";

describe.each([
  { revision: "2025-11-25", known: 7 },
  { revision: "2026-07-28", known: 0 },
])("the revision $revision", ({ revision, known }) => {
  let verdict: Verdict;
  let scored: string[];
  let failing: string[];
  beforeAll(async () => {
    scored = await required(revision);
    verdict = await judge("--requirements", revision, "--expected-failures", baselineOf(revision));
    failing = [...having(verdict.scenarios, "FAILURE"), ...having(verdict.scenarios, "WARNING")];
  });

  const isScored = (check: string) => scored.includes(check.split(":")[0] ?? "");

  test("is kept, all but the baseline", () => {
    expect([verdict.code, verdict.code === 0 ? "" : verdict.output]).toEqual([0, ""]);
    expect(failing.filter(isScored)).toHaveLength(known);
  });

  test("was tried in each of its scenarios", () => {
    expect(scored.length).toBeGreaterThanOrEqual(30);
    expect(scored.filter((name) => !(name in verdict.scenarios))).toEqual([]);
    expect(having(verdict.scenarios, "SUCCESS").length).toBeGreaterThan(scored.length);
  });

  test("is kept in what is not asked for yet, too; only the extension for tasks is not there", () => {
    const others = failing.filter((check) => !isScored(check) && !check.startsWith(OF_SESSIONS));
    expect(others.filter((check) => !check.startsWith("tasks-"))).toEqual([]);
  });
});

describe("the suite", () => {
  /** A baseline with these lines. */
  const baseline = (...lines: string[]): string => {
    const file = join(folder, `${crypto.randomUUID()}.yml`);
    writeFileSync(file, `server:\n${lines.map((line) => `  - ${line}\n`).join("")}`);
    return file;
  };

  test("fails for a scenario that fails", async () => {
    expect((await judge("--scenario", "resources-subscribe")).code).toBe(1);
  });

  test("fails for a line of the baseline whose scenario passes", async () => {
    const { code, output } = await judge("--scenario", "ping", "--expected-failures", baseline("ping"));
    expect(code).toBe(1);
    expect(output).toMatch(/stale/i);
  });

  test("fails where nobody answers", async () => {
    const { code } = await runSuite(["server", "--url", "http://localhost:9/mcp", "--scenario", "ping"]);
    expect(code).toBe(1);
  });

  test("fails without a key: it goes through the same door as everybody", async () => {
    const { code } = await runSuite(["server", "--url", `${server.origin}/mcp`, "--scenario", "ping"]);
    expect(code).toBe(1);
  });
});
