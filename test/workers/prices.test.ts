import { describe, expect, test } from "vitest";
import type { JobAnswer } from "../../src/domain/jobs/schema.ts";
import type { Prices } from "../../src/domain/prices/get.ts";
import { LIST_VERSION } from "../../src/domain/prices/list.ts";
import type { LlmCall, Run, SpanDetail, SpanRow } from "../../src/domain/runs/schema.ts";
import {
  callAttributes,
  eventually,
  hex,
  newProject,
  projectedRun,
  span,
  T0,
  type TestProject,
  type TestSpan,
  traces,
} from "./helpers.ts";

const JSON_TYPE = { "content-type": "application/json" };
const OWN = { model: "house-*", input_usd_per_mtok: 1, output_usd_per_mtok: 2 };

function put(project: TestProject, prices: unknown[]): Promise<Response> {
  return project.fetch("/api/prices", { method: "PUT", headers: JSON_TYPE, body: JSON.stringify({ prices }) });
}

/** The span of time that all test spans lie in. */
const WINDOW = {
  from: new Date(Number(T0 / 1_000_000n) - 60_000).toISOString(),
  to: new Date(Number(T0 / 1_000_000n) + 3_600_000).toISOString(),
};

async function repriced(project: TestProject, window: unknown = WINDOW): Promise<JobAnswer> {
  const response = await project.fetch("/api/prices/reprice", {
    method: "POST",
    headers: JSON_TYPE,
    body: JSON.stringify(window),
  });
  expect(response.status).toBe(202);
  const { id } = (await response.json()) as JobAnswer;
  return eventually(
    () => project.json<JobAnswer>(`/api/jobs/${id}`),
    ({ status }) => status === "success" || status === "error",
  );
}

function modelCall(traceId: string, model: string, input = 1000, output = 100): TestSpan {
  return span(traceId, `chat ${model}`, 0, 100, { attributes: callAttributes(model, input, output) });
}

async function sendCall(project: TestProject, model: string): Promise<TestSpan> {
  const call = modelCall(hex(16), model);
  await project.sendTraces(traces([call]));
  return call;
}

describe("cost", () => {
  test("is the same at the run, its call and its span, with the lines it is made of", async () => {
    const project = await newProject();
    const { traceId, spanId } = await sendCall(project, "gpt-4o-mini-2026-01-01");
    const cost = { cost_usd: 0.00021, price_version: LIST_VERSION };
    const check = async () => {
      expect(await project.json<Run>(`/api/runs/${traceId}`)).toMatchObject(cost);
      const calls = await project.json<{ data: LlmCall[] }>(`/api/runs/${traceId}/llm-calls`);
      expect(calls.data).toMatchObject([{ ...cost, unpriced: null, client_cost_usd: null }]);
      const spans = await project.json<{ data: SpanRow[] }>(`/api/runs/${traceId}/spans`);
      expect(spans.data).toMatchObject([{ cost_usd: 0.00021, unpriced: null }]);
      expect(await project.json<SpanDetail>(`/api/runs/${traceId}/spans/${spanId}`)).toMatchObject({
        ...cost,
        cost_basis: {
          version: LIST_VERSION,
          priced_as: "openai/gpt-4o-mini",
          factor: 1,
          lines: [
            { kind: "input", tokens: 1000, usd_per_mtok: 0.15 },
            { kind: "output", tokens: 100, usd_per_mtok: 0.6 },
          ],
        },
      });
    };
    await check();
    await projectedRun(project, traceId, 1);
    await check();
  });

  test("is null with a reason when one call's is not known, and the rest is said", async () => {
    const project = await newProject();
    const traceId = hex(16);
    const stream = span(traceId, "stream", 0, 10, {
      attributes: callAttributes("gpt-4o-mini", 0, 0).filter(({ key }) => !key.startsWith("gen_ai.usage")),
    });
    const local = span(traceId, "local", 0, 10, {
      attributes: callAttributes("llama3.2", 5, 5).map((each) =>
        each.key === "gen_ai.provider.name" ? { ...each, value: { stringValue: "ollama" } } : each,
      ),
    });
    const unknown = modelCall(traceId, "house-1");
    await project.sendTraces(traces([modelCall(traceId, "gpt-4o-mini"), stream, local, unknown]));
    const run = await project.json<Run>(`/api/runs/${traceId}`);
    expect(run).toMatchObject({
      cost_usd: null,
      known_cost_usd: 0.00021,
      unpriced_call_count: 3,
      unpriced: { no_usage: 1, unknown_model: 1, local_model: 1 },
    });
    expect(await projectedRun(project, traceId, 4)).toEqual(run);
    const { data } = await project.json<{ data: LlmCall[] }>(`/api/runs/${traceId}/llm-calls`);
    const reasons = data.map(({ name, cost_usd, unpriced }) => [name, cost_usd, unpriced]);
    expect(new Map(reasons.map(([name, ...rest]) => [name, rest]))).toEqual(
      new Map([
        ["chat gpt-4o-mini", [0.00021, null]],
        ["stream", [null, "no_usage"]],
        ["local", [null, "local_model"]],
        ["chat house-1", [null, "unknown_model"]],
      ]),
    );
  });

  test("keeps what the client says beside ours", async () => {
    const project = await newProject();
    const call = modelCall(hex(16), "gpt-4o-mini");
    call.attributes?.push({ key: "gen_ai.usage.cost", value: { doubleValue: 0.5 } });
    await project.sendTraces(traces([call]));
    expect(await project.json<Run>(`/api/runs/${call.traceId}`)).toMatchObject({
      cost_usd: 0.00021,
      client_cost_usd: 0.5,
    });
  });
});

describe("a project's own prices", () => {
  test("are none at first; what is put is there, with a version that counts changes only", async () => {
    const project = await newProject();
    const none: Prices = { version: null, updated_at: null, prices: [], list_version: LIST_VERSION };
    expect(await project.json<Prices>("/api/prices")).toEqual(none);
    const first = (await (await put(project, [OWN])).json()) as Prices;
    expect(first).toEqual({ ...none, version: "project@1", updated_at: expect.any(String), prices: [OWN] });
    expect(await (await put(project, [OWN])).json()).toEqual(first);
    expect(await (await put(project, [])).json()).toMatchObject({ version: "project@2", prices: [] });
    expect(await (await newProject()).json<Prices>("/api/prices")).toEqual(none);
  });

  test("price calls from then on", async () => {
    const project = await newProject();
    await put(project, [OWN]);
    const { traceId, spanId } = await sendCall(project, "house-1");
    expect(await project.json<Run>(`/api/runs/${traceId}`)).toMatchObject({
      cost_usd: 0.0012,
      price_version: "project@1",
    });
    await put(project, [{ ...OWN, input_usd_per_mtok: 5 }]);
    expect(await project.json<SpanDetail>(`/api/runs/${traceId}/spans/${spanId}`)).toMatchObject({
      cost_basis: { version: "project@1", priced_as: "house-*", lines: [{ usd_per_mtok: 1 }, { usd_per_mtok: 2 }] },
    });
  });

  test.each([
    ["no list", "{}", 400],
    ["a negative price", JSON.stringify({ prices: [{ ...OWN, input_usd_per_mtok: -1 }] }), 400],
    ["a field that is none", JSON.stringify({ prices: [{ ...OWN, per_token: 1 }] }), 400],
    ["too many", JSON.stringify({ prices: Array.from({ length: 1001 }, () => OWN) }), 400],
    ["no JSON", "{", 400],
  ])("refuse %s and stay as they are", async (_, body, status) => {
    const project = await newProject();
    await put(project, [OWN]);
    const response = await project.fetch("/api/prices", { method: "PUT", headers: JSON_TYPE, body });
    expect([response.status, await response.json()]).toEqual([
      status,
      { error: expect.objectContaining({ code: "invalid_request" }) },
    ]);
    expect(await project.json<Prices>("/api/prices")).toMatchObject({ version: "project@1", prices: [OWN] });
  });

  test("need the scope to write", async () => {
    const reader = await newProject(["read", "ingest"]);
    expect((await put(reader, [OWN])).status).toBe(403);
    const body = JSON.stringify(WINDOW);
    const response = await reader.fetch("/api/prices/reprice", { method: "POST", headers: JSON_TYPE, body });
    expect(response.status).toBe(403);
  });
});

describe("repricing", () => {
  test("computes the costs of the window anew, and a second time changes nothing", async () => {
    const project = await newProject();
    const calls = [await sendCall(project, "house-1"), await sendCall(project, "gpt-4o-mini")];
    const [house] = calls as [TestSpan, TestSpan];
    await put(project, [OWN]);
    // What is acknowledged and not yet projected is waited for.
    expect(await repriced(project)).toMatchObject({
      kind: "reprice",
      status: "success",
      done: 2,
      total: 2,
      result: { runs: 2, changed_runs: 1 },
    });
    const after = { cost_usd: 0.0012, known_cost_usd: 0.0012, unpriced: {}, price_version: "project@1" };
    expect(await project.json<Run>(`/api/runs/${house.traceId}`)).toMatchObject(after);
    const { data } = await project.json<{ data: LlmCall[] }>(`/api/runs/${house.traceId}/llm-calls`);
    expect(data).toMatchObject([{ cost_usd: 0.0012, price_version: "project@1", unpriced: null }]);
    const spans = await project.json<{ data: SpanRow[] }>(`/api/runs/${house.traceId}/spans`);
    expect(spans.data).toMatchObject([{ cost_usd: 0.0012, unpriced: null }]);
    expect(await project.json<SpanDetail>(`/api/runs/${house.traceId}/spans/${house.spanId}`)).toMatchObject({
      cost_basis: { version: "project@1", priced_as: "house-*" },
    });
    expect(await repriced(project)).toMatchObject({ result: { runs: 2, changed_runs: 0 } });
    await put(project, []);
    expect(await repriced(project)).toMatchObject({ result: { runs: 2, changed_runs: 1 } });
    expect(await project.json<Run>(`/api/runs/${house.traceId}`)).toMatchObject({
      cost_usd: null,
      unpriced: { unknown_model: 1 },
      price_version: null,
    });
  });

  test("leaves runs outside the window and those of other projects alone", async () => {
    const [project, other] = [await newProject(), await newProject()];
    const mine = await sendCall(project, "house-1");
    const theirs = await sendCall(other, "house-1");
    await put(project, [OWN]);
    const before = { from: "2020-01-01T00:00:00Z", to: WINDOW.from };
    expect(await repriced(project, before)).toMatchObject({ result: { runs: 0, changed_runs: 0 } });
    expect(await project.json<Run>(`/api/runs/${mine.traceId}`)).toMatchObject({ cost_usd: null });
    await repriced(project);
    expect(await project.json<Run>(`/api/runs/${mine.traceId}`)).toMatchObject({ cost_usd: 0.0012 });
    expect(await other.json<Run>(`/api/runs/${theirs.traceId}`)).toMatchObject({ cost_usd: null });
  });

  test("goes through more runs than one step takes", async () => {
    const project = await newProject();
    const calls = Array.from({ length: 230 }, () => modelCall(hex(16), "house-1"));
    await project.sendTraces(traces(calls));
    await put(project, [OWN]);
    expect(await repriced(project)).toMatchObject({ done: 230, result: { runs: 230, changed_runs: 230 } });
    const { data } = await project.json<{ data: Run[] }>("/api/runs?limit=200");
    expect(new Set(data.map((run) => run.cost_usd))).toEqual(new Set([0.0012]));
  });

  test("of a run that grows meanwhile ends in the right sum", async () => {
    const project = await newProject();
    const traceId = hex(16);
    await project.sendTraces(traces([modelCall(traceId, "house-1")]));
    await put(project, [OWN]);
    const more = Array.from({ length: 10 }, () => project.sendTraces(traces([modelCall(traceId, "house-1")])));
    await Promise.all([repriced(project), ...more]);
    await projectedRun(project, traceId, 11);
    expect(await project.json<Run>(`/api/runs/${traceId}`)).toMatchObject({
      llm_call_count: 11,
      cost_usd: 0.0132,
      unpriced_call_count: 0,
    });
  });

  test("asked for twice at once is one job", async () => {
    const project = await newProject();
    await sendCall(project, "house-1");
    const ask = async () => {
      const body = JSON.stringify(WINDOW);
      const response = await project.fetch("/api/prices/reprice", { method: "POST", headers: JSON_TYPE, body });
      return ((await response.json()) as JobAnswer).id;
    };
    const [first, second] = await Promise.all([ask(), ask()]);
    expect(second).toBe(first);
    const { data } = await project.json<{ data: JobAnswer[] }>("/api/jobs");
    expect(data.map(({ id }) => id)).toEqual([first]);
  });

  test.each([
    [{ from: "yesterday", to: WINDOW.to }, 400],
    [{ from: WINDOW.to, to: WINDOW.from }, 422],
    [{ from: WINDOW.from }, 400],
  ])("refuses the window %j", async (window, status) => {
    const project = await newProject();
    const body = JSON.stringify(window);
    const response = await project.fetch("/api/prices/reprice", { method: "POST", headers: JSON_TYPE, body });
    expect(response.status).toBe(status);
  });

  test("jobs of other projects are not there", async () => {
    const [project, other] = [await newProject(), await newProject()];
    const { id } = await repriced(project);
    expect((await other.fetch(`/api/jobs/${id}`)).status).toBe(404);
    expect(await other.json("/api/jobs")).toEqual({ data: [], next_cursor: null });
  });
});
