import { describe, expect, test } from "vitest";
import type { Session } from "../../src/domain/sessions/schema.ts";
import {
  callAttributes,
  eventually,
  hex,
  newProject,
  span,
  type TestProject,
  type TestSpan,
  traces,
} from "./helpers.ts";

const text = (key: string, value: string) => ({ key, value: { stringValue: value } });

/** A trace of one root in a session, with one model call of a model if one is named. */
function turn(session: string, offsetMs: number, model?: string, more: TestSpan["attributes"] = []): TestSpan[] {
  const traceId = hex(16);
  const root = span(traceId, `turn at ${offsetMs}`, offsetMs, 1000, {
    attributes: [text("session.id", session), ...more],
  });
  if (model === undefined) return [root];
  const call = span(traceId, "chat", offsetMs, 500, {
    parentSpanId: root.spanId,
    attributes: callAttributes(model, 1000, 100),
  });
  return [root, call];
}

function sessions(project: TestProject, query = ""): Promise<{ data: Session[]; next_cursor: string | null }> {
  return project.json(`/api/sessions${query}`);
}

async function send(project: TestProject, ...turns: TestSpan[][]): Promise<void> {
  await project.sendTraces(traces(turns.flat()));
  const ids = new Set(turns.flat().map((each) => each.traceId));
  await eventually(
    () => project.json<{ data: { id: string }[] }>("/api/runs?limit=200"),
    ({ data }) => [...ids].every((id) => data.some((run) => run.id === id)),
  );
}

describe("sessions", () => {
  test("have the sums of their runs", async () => {
    const project = await newProject();
    const failed = turn("s/1 ü", 5_000, "gpt-4o", [text("user.id", "ada")]);
    (failed[0] as TestSpan).status = { code: 2, message: "no" };
    await send(project, turn("s/1 ü", 0, "gpt-4o-mini", [text("user.id", "bob")]), failed, turn("other", 1_000));
    const expected = {
      id: "s/1 ü",
      name: "turn at 5000",
      duration_ms: 6000,
      run_count: 2,
      failed_run_count: 1,
      running_run_count: 0,
      error_count: 1,
      llm_call_count: 2,
      tool_call_count: 0,
      input_tokens: 2000,
      cached_input_tokens: null,
      cache_write_tokens: null,
      output_tokens: 200,
      reasoning_tokens: null,
      cost_usd: 0.00371,
      known_cost_usd: 0.00371,
      unpriced_run_count: 0,
      user_ids: ["ada", "bob"],
      services: ["test-service"],
      environments: [],
      models: ["gpt-4o", "gpt-4o-mini"],
      url: "/sessions/-?id=s%2F1%20%C3%BC",
    };
    const { data, next_cursor } = await sessions(project);
    expect(next_cursor).toBeNull();
    expect(data.map(({ id }) => id)).toEqual(["s/1 ü", "other"]);
    expect(data[0]).toMatchObject(expected);
    expect(data[1]).toMatchObject({ run_count: 1, input_tokens: null, cost_usd: null, unpriced_run_count: 0 });
    expect(await project.json("/api/sessions/s%2F1%20%C3%BC")).toEqual(data[0]);
    expect(data[1]?.url).toBe("/sessions/other");
  });

  test("have no cost when one of their runs has none, and say what is known", async () => {
    const project = await newProject();
    await send(project, turn("s", 0, "gpt-4o-mini"), turn("s", 10, "house-1"), turn("s", 20));
    const refused = turn("refused", 30, "gpt-4o-mini");
    const call = refused[1] as TestSpan;
    call.attributes = call.attributes?.filter(({ key }) => !key.startsWith("gen_ai.usage"));
    call.attributes?.push(text("error.type", "429"));
    call.status = { code: 2, message: "429 Too many requests" };
    await send(project, refused, turn("refused", 40, "gpt-4o-mini"));
    const [whole, ...data] = (await sessions(project)).data;
    expect(whole).toMatchObject({ run_count: 2, cost_usd: 0.00021, unpriced_run_count: 0 });
    expect(data).toMatchObject([{ run_count: 3, cost_usd: null, known_cost_usd: 0.00021, unpriced_run_count: 1 }]);
  });

  test("come page by page, the one with the newest run first, while others come in", async () => {
    const project = await newProject();
    const turns = Array.from({ length: 7 }, (_, n) => turn(`s-${n}`, n * 1000));
    await send(project, ...turns, turn("s-0", 60_000));
    const first = await sessions(project, "?limit=3");
    expect(first.data.map(({ id }) => id)).toEqual(["s-0", "s-6", "s-5"]);
    await send(project, turn("new", 90_000));
    const second = await sessions(project, `?limit=3&cursor=${first.next_cursor}`);
    expect(second.data.map(({ id }) => id)).toEqual(["s-4", "s-3", "s-2"]);
    const third = await sessions(project, `?limit=3&cursor=${second.next_cursor}`);
    expect([third.data.map(({ id }) => id), third.next_cursor]).toEqual([["s-1"], null]);
  });

  test("can be asked for by user, and are their project's only", async () => {
    const [project, other] = [await newProject(), await newProject()];
    await send(project, turn("a", 0, undefined, [text("user.id", "ada")]), turn("b", 1));
    expect((await sessions(project, "?user_id=ada")).data.map(({ id }) => id)).toEqual(["a"]);
    expect((await sessions(other)).data).toEqual([]);
    expect((await other.fetch("/api/sessions/a")).status).toBe(404);
  });

  test("that nobody knows are 404, a cursor that is none 400", async () => {
    const project = await newProject();
    const missing = await project.fetch("/api/sessions/none");
    expect([missing.status, await missing.json()]).toEqual([
      404,
      { error: expect.objectContaining({ code: "session_not_found" }) },
    ]);
    expect((await project.fetch("/api/sessions?cursor=!!")).status).toBe(400);
    expect((await project.fetch("/api/sessions?limit=0")).status).toBe(400);
  });
});
