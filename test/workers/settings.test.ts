import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import type { Run } from "../../src/domain/runs/schema.ts";
import { readSettings } from "../../src/domain/settings/load.ts";
import type { Settings } from "../../src/domain/settings/schema.ts";
import { eventually, newKey, newProject, type TestProject } from "./helpers.ts";

const DEFAULTS: Settings = { stall_after_minutes: 2, retention_days: null, search: true, monitors: true };
const MINUTE_MS = 60_000;

function put(project: TestProject, body: unknown, headers: Record<string, string> = {}): Promise<Response> {
  return project.fetch("/api/settings", {
    method: "PUT",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
  });
}

async function chosen(project: TestProject, body: unknown): Promise<Settings> {
  const answer = await put(project, body);
  expect(answer.status).toBe(200);
  return (await answer.json()) as Settings;
}

describe("the settings of a project", () => {
  test("are the defaults, and what was chosen in their place; a choice replaces the whole of the last", async () => {
    const project = await newProject();
    expect(await project.json("/api/settings")).toEqual(DEFAULTS);
    expect(await chosen(project, { stall_after_minutes: 30 })).toEqual({ ...DEFAULTS, stall_after_minutes: 30 });
    expect(await chosen(project, { retention_days: 7 })).toEqual({ ...DEFAULTS, retention_days: 7 });
    expect(await project.json("/api/settings")).toEqual({ ...DEFAULTS, retention_days: 7 });
    expect(await chosen(project, { retention_days: null, stall_after_minutes: 1_440 })).toEqual({
      ...DEFAULTS,
      stall_after_minutes: 1_440,
    });
    expect(await chosen(project, { search: false })).toEqual({ ...DEFAULTS, search: false });
    expect(await chosen(project, {})).toEqual(DEFAULTS);
    expect(await project.json<{ project: unknown }>("/api/me")).toMatchObject({ project: { stall_after_minutes: 2 } });
  });

  test("of one project are not another's", async () => {
    const [one, other] = [await newProject(), await newProject()];
    await chosen(one, { stall_after_minutes: 9, retention_days: 1 });
    expect(await other.json("/api/settings")).toEqual(DEFAULTS);
    expect(await one.json("/api/settings")).toEqual({ ...DEFAULTS, stall_after_minutes: 9, retention_days: 1 });
  });

  test.each([
    [{ stall_after_minutes: 0 }, "stall_after_minutes"],
    [{ stall_after_minutes: 1_441 }, "stall_after_minutes"],
    [{ stall_after_minutes: 1.5 }, "stall_after_minutes"],
    [{ stall_after_minutes: "2" }, "stall_after_minutes"],
    [{ stall_after_minutes: null }, "stall_after_minutes"],
    [{ retention_days: 0 }, "retention_days"],
    [{ retention_days: 3_651 }, "retention_days"],
    [{ retention_day: 3 }, "retention_day"],
    [[], "body"],
    [null, "body"],
  ])("refuses %j, and keeps what there was", async (body, named) => {
    const project = await newProject();
    await chosen(project, { retention_days: 5 });
    const answer = await put(project, body);
    expect(answer.status).toBe(400);
    const { error } = (await answer.json()) as { error: { code: string; message: string } };
    expect(error.code).toBe("invalid_request");
    expect(error.message).toContain(named);
    expect(await project.json("/api/settings")).toEqual({ ...DEFAULTS, retention_days: 5 });
  });

  test("are changed by an admin and read by a reader", async () => {
    const project = await newProject();
    for (const [scope, read, write] of [
      ["admin", 200, 200],
      ["read", 200, 403],
      ["write", 403, 403],
      ["ingest", 403, 403],
    ] as const) {
      const authorization = `Bearer ${await newKey(project.id, [scope])}`;
      const answers = [
        await project.fetch("/api/settings", { headers: { authorization } }),
        await put(project, { retention_days: 5 }, { authorization }),
      ];
      expect([scope, ...answers.map(({ status }) => status)]).toEqual([scope, read, write]);
    }
  });

  test("that a later version stored, and this one does not know, have their default", async () => {
    const project = await newProject();
    const json = JSON.stringify({ stall_after_minutes: "soon", retention_days: 4, search: "no", colour: "red" });
    await env.DB.prepare("UPDATE projects SET settings = ? WHERE id = ?").bind(json, project.id).run();
    expect(await readSettings(env, project.id)).toEqual({ ...DEFAULTS, retention_days: 4 });
  });
});

describe("a run that is silent", () => {
  async function say(project: TestProject, type: string, data: unknown): Promise<void> {
    const answer = await project.fetch("/api/runs/r/events", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ events: [{ type, data }] }),
    });
    expect(answer.status).toBe(200);
  }

  /** A project with one run, `r`, that has begun and whose row is in D1. */
  async function withRun(): Promise<TestProject> {
    const project = await newProject();
    await say(project, "RUN_STARTED", { name: "slow", session_id: "s" });
    await eventually(
      () => project.json<{ data: Run[] }>("/api/runs"),
      ({ data }) => data.length === 1,
    );
    return project;
  }

  async function lastHeardOf(project: TestProject, agoMs: number): Promise<void> {
    const { meta } = await env.DB.prepare("UPDATE runs SET seen_at = ? WHERE project_id = ? AND id = 'r'")
      .bind(Date.now() - agoMs, project.id)
      .run();
    expect(meta.changes).toBe(1);
  }

  /** What all answers say of it: its page, the list, the list of a status, its session, the board. */
  async function said(project: TestProject): Promise<string> {
    const run = await project.json<Run>("/api/runs/r");
    expect((await project.json<{ data: Run[] }>("/api/runs")).data).toEqual([run]);
    expect((await project.json<{ data: Run[] }>(`/api/runs?status=${run.status}`)).data).toEqual([run]);
    const running = run.status === "running" ? 1 : 0;
    expect(await project.json("/api/sessions/s")).toMatchObject({ running_run_count: running });
    expect(await project.json("/api/sessions")).toMatchObject({ data: [{ running_run_count: running }] });
    expect(await project.json("/api/stats")).toMatchObject({ last_24_hours: { running_run_count: running } });
    const { data: cards } = await project.json<{ data: { entity: string; newest: Run[] }[] }>("/api/entities");
    expect(cards.find(({ entity }) => entity === "Run")?.newest).toEqual([run]);
    return run.stalled ? `${run.status}, stalled` : run.status;
  }

  test("stalls after as long as its project says, until it speaks again; others' settings are nothing to it", async () => {
    const [patient, hasty, other] = await Promise.all([withRun(), withRun(), withRun()]);
    await chosen(patient, { stall_after_minutes: 30 });
    await chosen(hasty, { stall_after_minutes: 1 });
    const answers = [];
    for (const minutes of [0.9, 1, 2, 9.9, 10.1, 29.9, 30, 59.9, 60.1]) {
      for (const project of [patient, hasty, other]) await lastHeardOf(project, minutes * MINUTE_MS);
      answers.push([minutes, await said(patient), await said(hasty), await said(other)]);
    }
    expect(answers).toEqual([
      [0.9, "running", "running", "running"],
      [1, "running", "running, stalled", "running"],
      [2, "running", "running, stalled", "running, stalled"],
      [9.9, "running", "running, stalled", "running, stalled"],
      [10.1, "running", "success", "success"],
      [29.9, "running", "success", "success"],
      [30, "running, stalled", "success", "success"],
      [59.9, "running, stalled", "success", "success"],
      [60.1, "success", "success", "success"],
    ]);

    await lastHeardOf(patient, 31 * MINUTE_MS);
    expect(await said(patient)).toBe("running, stalled");
    await say(patient, "STEP_STARTED", { stepName: "on" });
    expect(await patient.json("/api/runs/r")).toMatchObject({ status: "running", stalled: false, event_count: 2 });
    await eventually(
      () => patient.json<{ data: Run[] }>("/api/runs"),
      ({ data }) => data[0]?.event_count === 2,
    );
    expect(await said(patient)).toBe("running");
  });

  test("is judged by a change at once", async () => {
    const project = await withRun();
    await lastHeardOf(project, 5 * MINUTE_MS);
    expect(await said(project)).toBe("running, stalled");
    await chosen(project, { stall_after_minutes: 6 });
    expect(await said(project)).toBe("running");
    await chosen(project, {});
    expect(await said(project)).toBe("running, stalled");
  });
});
