import { beforeAll, describe, expect, test } from "vitest";
import { callAttributes, hex, newKey, newProject, projectedRun, span, type TestProject, traces } from "./helpers.ts";
import { connect } from "./mcp-client.ts";

const HOUR = 3_600_000;

/** Model, when it began, and how long it took in milliseconds. Each has 1,000 tokens in and 100 out. */
const CALLS = [
  ["gpt-4o", -60_000, 100],
  ["gpt-4o", -50_000, 200],
  ["gpt-4o", -40_000, 300],
  ["gpt-4o-mini", -30_000, 50],
  // In the day before.
  ["gpt-4o", -30 * HOUR, 400],
] as const;

const ids = CALLS.map(() => hex(16));
let project: TestProject;

beforeAll(async () => {
  project = await newProject();
  for (const [n, [model, offset, length]] of CALLS.entries()) {
    const attributes = callAttributes(model, 1000, 100);
    await project.sendTraces(traces([span(ids[n] as string, `run ${n}`, offset, length, { attributes })]));
  }
  for (const id of ids) await projectedRun(project, id, 1);
});

async function call(name: string, args: Record<string, unknown> = {}, key = project.key) {
  const client = await connect(key);
  const answer = await client.callTool({ name, arguments: args });
  await client.close();
  return answer;
}

describe("analyze_cost", () => {
  test("says what a day cost, by model, beside the day before", async () => {
    const { structuredContent } = await call("analyze_cost");
    expect(structuredContent).toMatchObject({
      of: "calls",
      group_by: "model",
      totals: { count: 4, cost_usd: 0.01071, input_tokens: 4000, output_tokens: 400, unpriced_count: 0 },
      previous: { count: 1, cost_usd: 0.0035 },
      change_percent: { cost: 206, count: 300, input_tokens: 300, output_tokens: 300 },
      groups: [
        { group: "gpt-4o", count: 3, cost_usd: 0.0105, share_percent: 98 },
        { group: "gpt-4o-mini", count: 1, cost_usd: 0.00021, share_percent: 2 },
      ],
      other_groups: 0,
      forecast: null,
      forecast_reason: expect.stringContaining("A forecast needs 3 whole days"),
      savings: [],
    });
    const { top_runs } = structuredContent as unknown as { top_runs: { id: string; cost_usd: number; url: string }[] };
    expect(top_runs.map(({ cost_usd }) => cost_usd)).toEqual([0.0035, 0.0035, 0.0035, 0.00021]);
    expect(top_runs.at(-1)).toMatchObject({ id: ids[3], url: `https://runlight.test/runs/${ids[3]}` });
    expect(JSON.stringify(structuredContent).length).toBeLessThan(8000);
  });

  test("narrows, cuts groups and gives a series", async () => {
    const { structuredContent } = await call("analyze_cost", { model: ["gpt-4o-mini"], granularity: "day" });
    expect(structuredContent).toMatchObject({
      totals: { count: 1, cost_usd: 0.00021 },
      series: [{ count: 1, cost_usd: 0.00021, unpriced_count: 0 }],
      top_runs: [{ id: ids[3] }],
    });
    const cut = await call("analyze_cost", { limit: 1 });
    expect(cut.structuredContent).toMatchObject({ groups: [{ group: "gpt-4o" }], other_groups: 1 });
    const runs = await call("analyze_cost", { of: "runs" });
    expect(runs.structuredContent).toMatchObject({
      group_by: "service",
      groups: [{ group: "test-service", count: 4, cost_usd: 0.01071, share_percent: 100 }],
    });
  });

  test("tells what it cannot answer, and nothing of another project", async () => {
    const refused = await call("analyze_cost", { group_by: "user", model: ["gpt-4o"] });
    expect(refused).toMatchObject({ isError: true, content: [{ text: expect.stringMatching(/^unprocessable: /) }] });
    const other = await newProject();
    expect((await call("analyze_cost", {}, other.key)).structuredContent).toMatchObject({
      totals: { count: 0, cost_usd: 0 },
      groups: [],
      top_runs: [],
    });
    const blind = await call("analyze_cost", {}, await newKey(project.id, ["ingest"]));
    expect(blind).toMatchObject({ isError: true, content: [{ text: expect.stringMatching(/^forbidden: /) }] });
  });
});

describe("analyze_latency", () => {
  test("says how long calls took, by model, beside the day before", async () => {
    const { structuredContent } = await call("analyze_latency", { granularity: "day" });
    expect(structuredContent).toMatchObject({
      totals: { count: 4, error_count: 0, avg_ms: 162.5 },
      previous: { count: 1, avg_ms: 400 },
      change_percent: { count: 300, avg: -59.4 },
      groups: [
        { group: "gpt-4o", count: 3, avg_ms: 200 },
        { group: "gpt-4o-mini", count: 1, avg_ms: 50 },
      ],
      slowest_runs: [
        { id: ids[2], duration_ms: 300 },
        { id: ids[1], duration_ms: 200 },
        { id: ids[0], duration_ms: 100 },
        { id: ids[3], duration_ms: 50 },
      ],
    });
    const { totals, relative_error } = structuredContent as unknown as {
      totals: { p50_ms: number };
      relative_error: number;
    };
    expect(Math.abs(totals.p50_ms - 100)).toBeLessThanOrEqual(100 * relative_error + 0.05);
  });

  test("knows nothing of another project", async () => {
    const other = await newProject();
    expect((await call("analyze_latency", {}, other.key)).structuredContent).toMatchObject({
      totals: { count: 0, avg_ms: null },
      slowest_runs: [],
    });
  });
});
