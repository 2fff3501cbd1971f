import { beforeAll, describe, expect, test } from "vitest";
import { callAttributes, hex, newKey, newProject, projectedRun, span, type TestProject, traces } from "./helpers.ts";
import { connect } from "./mcp-client.ts";

interface Found {
  looked_at: { runs: number; failures: number; all: boolean };
  groups: { message: string; count: number; examples: { run_id: string }[] }[];
  other_groups: number;
}

const failed = (message: string) => ({ status: { code: 2, message } });
let project: TestProject;
const ids: string[] = [];

beforeAll(async () => {
  project = await newProject();
  const type = { key: "error.type", value: { stringValue: "RateLimitError" } };
  for (const seconds of [3, 17]) {
    const id = hex(16);
    ids.push(id);
    const root = span(id, "agent", 0, 100, failed("agent failed"));
    const step = span(id, "step", 0, 90, { parentSpanId: root.spanId, ...failed("") });
    const call = span(id, "chat gpt-4o", seconds, 20, {
      parentSpanId: step.spanId,
      attributes: [...callAttributes("gpt-4o", 10, 0), type],
      ...failed(`Try again in ${seconds} s`),
    });
    await project.sendTraces(
      traces([{ ...root, ...failed(`agent failed: Try again in ${seconds} s`) }, step, call], "shop"),
    );
  }
  const third = hex(16);
  ids.push(third);
  await project.sendTraces(
    traces([span(third, "load", 0, 5, failed('No file "a.txt"')), span(third, "other", 0, 5)], "files"),
  );
  const good = hex(16);
  await project.sendTraces(traces([span(good, "fine")]));
  for (const [id, spans] of [...ids.map((id, n) => [id, n < 2 ? 3 : 2] as const), [good, 1] as const]) {
    await projectedRun(project, id, spans);
  }
});

async function find(args: Record<string, unknown>, key = project.key) {
  const client = await connect(key);
  const answer = await client.callTool({ name: "find_errors", arguments: args });
  await client.close();
  return { ...answer, found: answer.structuredContent as unknown as Found };
}

describe("find_errors", () => {
  test("groups what failed by its cause", async () => {
    const { found } = await find({});
    expect(found).toMatchObject({
      looked_at: { runs: 3, failures: 3, all: true },
      groups: [
        {
          message: "Try again in <n> s",
          exception: "RateLimitError",
          span_name: "chat *",
          step: "llm",
          count: 2,
          run_count: 2,
          services: ["shop"],
          models: ["gpt-4o"],
        },
        { message: "No file <text>", exception: null, span_name: "load", count: 1, services: ["files"], models: [] },
      ],
      other_groups: 0,
    });
    expect(found.groups[0]?.examples.map(({ run_id }) => run_id).sort()).toEqual(ids.slice(0, 2).sort());
  });

  test("narrows to some runs, and says how many were looked at", async () => {
    expect((await find({ filter: { service: ["files"] } })).found.groups).toHaveLength(1);
    const few = await find({ max_runs: 1 });
    expect(few.found.looked_at).toEqual({ runs: 1, failures: 1, all: false });
    expect((await find({ limit: 1 })).found).toMatchObject({ groups: [{ count: 2 }], other_groups: 1 });
    expect((await find({ to: "2026-01-01T00:00:00Z" })).found.looked_at.runs).toBe(0);
    const refused = await find({ from: "yesterday" });
    expect(refused).toMatchObject({ isError: true, content: [{ text: expect.stringMatching(/^invalid_request: /) }] });
  });

  test("shows nothing of another project", async () => {
    const other = await newProject();
    expect((await find({}, other.key)).found).toMatchObject({ looked_at: { runs: 0 }, groups: [] });
    const blind = await find({}, await newKey(project.id, ["ingest"]));
    expect(blind).toMatchObject({ isError: true, content: [{ text: expect.stringMatching(/^forbidden: /) }] });
  });

  test("has a door for other programs", async () => {
    const read = await project.json<{ data: unknown[] }>("/api/errors?service=shop");
    expect(read).toMatchObject({ looked_at: { runs: 2 }, data: [{ count: 2, message: "Try again in <n> s" }] });
  });

  test("finds a run that says itself that it failed", async () => {
    const own = await newProject();
    await own.fetch("/api/runs/mine/events", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({
        events: [{ type: "RUN_ERROR", data: { message: "Out of budget: 3 USD", code: "budget" } }],
      }),
    });
    await projectedRun(own, "mine", 0);
    expect((await find({}, own.key)).found.groups).toMatchObject([
      {
        message: "Out of budget: <n> USD",
        exception: "budget",
        span_name: "RUN_ERROR",
        examples: [{ run_id: "mine", span_id: null }],
      },
    ]);
  });
});
