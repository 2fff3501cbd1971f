import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import type { ProjectJobs } from "../../durable-objects/project-jobs/object.ts";
import { logAddress, projectJobs, runLog } from "../../durable-objects/stubs.ts";
import { dbFor } from "../../src/db/db.ts";
import { databaseOf, forgetShard, readShard, rememberShard } from "../../src/db/shards.ts";
import type { Artifact } from "../../src/domain/artifacts/schema.ts";
import type { JobAnswer } from "../../src/domain/jobs/schema.ts";
import type { Run } from "../../src/domain/runs/schema.ts";
import { type MoveResult, moveStep } from "../../src/domain/shards/step.ts";
import { eventually, hex, newProject, request, span, type TestProject, traces } from "../workers/helpers.ts";
import { filledProject, input, Killed, killedAt, leftovers, NO_ROWS, rowsOn } from "./helpers.ts";

const OPERATOR = "rl_test0000000000000000000000000000000000";

interface Seen {
  phase: string;
  switched_at: number;
}

const move = (project: TestProject, to: number, key = OPERATOR) =>
  request(`/api/projects/${project.id}/move`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    body: JSON.stringify({ to }),
  });

const shardOf = async (project: TestProject) => (await readShard(env, project.id)) ?? -1;

/** As if the time had passed in which the old shard keeps the rows. */
function passTime(jobId: string): Promise<void> {
  return runInDurableObject(projectJobs(env, "default"), async (_: ProjectJobs, state) => {
    state.storage.sql.exec(
      "UPDATE jobs SET state = json_set(state, '$.switched_at', 1), ring_at = 0, lease = NULL WHERE id = ?",
      jobId,
    );
    await state.storage.setAlarm(Date.now());
  });
}

async function moved(project: TestProject, to: number): Promise<MoveResult> {
  const answer = await move(project, to);
  expect(answer.status).toBe(202);
  const { id } = (await answer.json()) as JobAnswer;
  await eventually(
    () => shardOf(project),
    (shard) => shard === to,
    30_000,
  );
  const phase = async () => JSON.parse((await projectJobs(env, "default").get(id))?.state ?? "null") as Seen;
  await eventually(phase, (state) => state.phase === "linger");
  await passTime(id);
  const headers = { authorization: `Bearer ${OPERATOR}` };
  const job = await eventually(
    async () => (await request(`/api/jobs/${id}`, { headers })).json() as Promise<JobAnswer>,
    ({ status }) => status === "success" || status === "error",
    30_000,
  );
  expect(job).toMatchObject({ status: "success", error: null });
  return job.result as MoveResult;
}

/** A project on the same shard. */
async function neighbourOf(project: TestProject): Promise<TestProject> {
  for (;;) {
    const other = await filledProject();
    if ((await shardOf(other)) === (await shardOf(project))) return other;
  }
}

async function settled(project: TestProject, traceId: string) {
  await eventually(
    () => runLog(env, logAddress(env, project.id, traceId)).status(),
    ({ waitingRows }) => waitingRows === 0,
    30_000,
  );
}

describe("moving a project to another shard", { timeout: 120_000 }, () => {
  test("takes every row there and back, and touches no other project", async () => {
    const project = await filledProject();
    const neighbour = await neighbourOf(project);
    const from = await shardOf(project);
    const to = (from + 1) % 3;
    const before = await rowsOn(from, project.id);
    const others = await rowsOn(from, neighbour.id);
    expect(Object.entries(before).filter(([, rows]) => rows.length === 0)).toEqual([]);

    const all = Object.values(before).flat().length - (before.search_docs?.length ?? 0);
    expect(await moved(project, to)).toEqual({ project_id: project.id, from, to, rows: all, changes: 0, deleted: all });
    expect(await rowsOn(to, project.id)).toEqual(before);
    expect(await rowsOn(from, project.id)).toEqual(NO_ROWS);
    expect(await leftovers(project.id)).toEqual([]);

    await moved(project, from);
    expect(await rowsOn(from, project.id)).toEqual(before);
    expect(await rowsOn(to, project.id)).toEqual(NO_ROWS);
    expect(await rowsOn(from, neighbour.id)).toEqual(others);
  });

  test("loses and doubles nothing of what is written meanwhile, and its readers miss nothing", async () => {
    const project = await filledProject();
    const neighbour = await neighbourOf(project);
    const from = await shardOf(project);
    const to = (from + 1) % 3;
    const others = await rowsOn(from, neighbour.id);
    const [old] = (await project.json<{ data: Run[] }>("/api/runs")).data;
    const sent: string[] = [];
    const kept: string[] = [];
    let going = true;
    const writer = async () => {
      while (going) {
        const traceId = hex(16);
        const root = span(traceId, "root");
        expect((await project.sendTraces(traces([root]))).status).toBe(200);
        const later = span(traceId, "later", 5, 10, { parentSpanId: root.spanId });
        expect((await project.sendTraces(traces([later]))).status).toBe(200);
        sent.push(traceId);
        const name = `f${sent.length}`;
        const put = await project.fetch(`/api/runs/${traceId}/artifacts/${name}`, { method: "PUT", body: name });
        expect(put.status).toBe(201);
        kept.push(name);
        await scheduler.wait(20);
      }
    };
    let looks = 0;
    const reader = async () => {
      while (going) {
        const known = [...kept];
        const { data } = await project.json<{ data: Run[] }>("/api/runs?limit=200&order=asc");
        expect(data.find(({ id }) => id === old?.id)).toEqual(old);
        const files = (await project.json<{ data: Artifact[] }>("/api/artifacts?limit=200")).data;
        const names = new Set(files.map(({ name }) => name));
        expect(known.slice(-100).filter((name) => !names.has(name))).toEqual([]);
        looks++;
        await scheduler.wait(20);
      }
    };
    const both = Promise.all([writer(), reader()]);
    try {
      await eventually(
        async () => sent.length,
        (n) => n > 2,
      );
      await moved(project, to);
      await evictDurableObject(projectJobs(env, "default"));
      await moved(project, from);
    } finally {
      going = false;
      await both;
    }
    expect(looks).toBeGreaterThan(3);
    for (const traceId of sent) await settled(project, traceId);
    const { results } = await databaseOf(env, from)
      .prepare(
        "SELECT id, span_count, event_count FROM runs WHERE project_id = ? AND kind = 'trace' AND id <> ? ORDER BY id",
      )
      .bind(project.id, old?.id)
      .all();
    expect(results).toEqual([...sent].sort().map((id) => ({ id, span_count: 2, event_count: 3 })));
    const sums = await databaseOf(env, from)
      .prepare("SELECT sum(count) AS runs FROM rollups WHERE project_id = ? AND series = 'run_hour'")
      .bind(project.id)
      .first();
    expect(sums).toEqual({ runs: sent.length + 1 });
    expect(await rowsOn(to, project.id)).toEqual(NO_ROWS);
    expect(await rowsOn(from, neighbour.id)).toEqual(others);
  });

  test("goes on after a kill at any moment, while rows come, change and go", async () => {
    const project = await filledProject();
    const from = await shardOf(project);
    const to = (from + 1) % 3;
    const params = { project_id: project.id, to };
    const db = dbFor(env, project.id);
    let written = 0;
    const write = async () => {
      written++;
      const at = [project.id, `w${written}`] as const;
      await db.batch([
        db.prepare("INSERT INTO run_labels VALUES (?, ?, 1)").bind(...at),
        db.prepare("UPDATE runs SET name = ?2 WHERE project_id = ?1").bind(...at),
        db.prepare("UPDATE rollups SET count = count + 1 WHERE project_id = ?").bind(project.id),
        db.prepare("DELETE FROM run_labels WHERE project_id = ? AND label = ?").bind(project.id, `tag:${written}`),
        // The name's newest version, which is unique, passes from one row to the other.
        db.prepare("UPDATE artifacts SET latest = 0 WHERE project_id = ?").bind(project.id),
        db
          .prepare(
            "UPDATE artifacts SET latest = 1 WHERE project_id = ?1 AND id = (SELECT id FROM artifacts WHERE project_id = ?1 ORDER BY id LIMIT 1 OFFSET ?2)",
          )
          .bind(project.id, written % 2),
      ]);
    };
    const states: unknown[] = [];
    let state: unknown = null;
    let kills = 0;
    for (let phase = ""; phase !== "linger"; ) {
      states.push(state);
      for (let nth = 1, alive = true; alive; nth++) {
        // Before the next one it would be the same, but for whoever waits for the answer.
        const left = await moveStep(killedAt(nth), "default", input(params, state)).catch((error: unknown) => {
          expect(error).toBeInstanceOf(Killed);
          return null;
        });
        alive = left === null;
        if (alive) kills++;
        // A try that came to its end is forgotten, too: who had it may die before the job hears of it.
        forgetShard(project.id);
        if ((await shardOf(project)) === from && phase !== "switch") await write();
      }
      ({ state } = await moveStep(env, "default", input(params, state)));
      phase = (state as Seen).phase;
    }
    expect(kills).toBeGreaterThan(40);
    expect(await shardOf(project)).toBe(to);
    const there = await rowsOn(to, project.id);
    expect(there).toEqual(await rowsOn(from, project.id));
    expect(there.run_labels?.filter((row) => /"w\d+"/.test(row))).toHaveLength(written);

    // Whoever was thought dead and wakes up now changes nothing any more.
    forgetShard(project.id);
    await write();
    const later = await rowsOn(to, project.id);
    expect(later).not.toEqual(there);
    for (const old of states.slice(1)) await moveStep(env, "default", input(params, old)).catch(() => undefined);
    expect([await shardOf(project), await rowsOn(to, project.id)]).toEqual([to, later]);

    // The old shard is swept in the same way.
    state = { ...(state as Seen), switched_at: 1 };
    for (;;) {
      for (let nth = 1, alive = true; alive && nth < 10; nth++) {
        const left = await moveStep(killedAt(nth), "default", input(params, state)).catch(() => null);
        alive = left === null;
      }
      const step = await moveStep(env, "default", input(params, state));
      if (step.result) break;
      ({ state } = step);
    }
    expect(await rowsOn(to, project.id)).toEqual(later);
    expect(await rowsOn(from, project.id)).toEqual(NO_ROWS);
    expect(await leftovers(project.id)).toEqual([]);
  });

  test("who does not know of it yet reads what was, and writes to where the project is", async () => {
    const project = await filledProject();
    const from = await shardOf(project);
    const to = (from + 1) % 3;
    const params = { project_id: project.id, to };
    let state: unknown = null;
    while ((state as Seen | null)?.phase !== "linger") {
      ({ state } = await moveStep(env, "default", input(params, state)));
    }
    rememberShard(project.id, from, Date.now());
    expect((await project.json<{ data: Run[] }>("/api/runs")).data).toHaveLength(1);
    rememberShard(project.id, from, Date.now());
    const put = await project.fetch("/api/runs/late/artifacts/late", { method: "PUT", body: "late" });
    expect(put.status).toBe(201);
    expect((await rowsOn(to, project.id)).artifacts).toHaveLength(3);
    expect((await rowsOn(from, project.id)).artifacts).toHaveLength(2);
  });

  test("that did not get through is cleared away, and writers are let in, by a move to where the project is", async () => {
    const project = await filledProject();
    const from = await shardOf(project);
    const params = { project_id: project.id, to: (from + 1) % 3 };
    let state: unknown = null;
    while ((state as Seen | null)?.phase !== "switch") {
      ({ state } = await moveStep(env, "default", input(params, state)));
    }
    const before = await rowsOn(from, project.id);
    await databaseOf(env, from)
      .prepare("UPDATE project_moves SET fence = 'x' WHERE project_id = ?")
      .bind(project.id)
      .run();
    const write = dbFor(env, project.id).prepare("UPDATE runs SET name = name WHERE project_id = ?").bind(project.id);
    await expect(write.run()).rejects.toMatchObject({ code: "unavailable" });
    for (let left: unknown = null; ; ) {
      const step = await moveStep(env, "default", input({ ...params, to: from }, left));
      if (step.result) break;
      left = step.state;
    }
    await write.run();
    expect(await rowsOn(from, project.id)).toEqual(before);
    expect(await rowsOn(params.to, project.id)).toEqual(NO_ROWS);
    expect(await leftovers(project.id)).toEqual([]);
    await expect(moveStep(env, "default", input(params, state))).rejects.toThrow("Another move has begun.");
  });

  test("is the operator's to ask for, of a project and a shard that there are", async () => {
    const project = await newProject();
    expect((await move(project, 1, project.key)).status).toBe(403);
    expect((await move(project, 3)).status).toBe(422);
    expect((await move({ ...project, id: "nobody" }, 1)).status).toBe(404);
    const { id } = (await (await move(project, ((await shardOf(project)) + 1) % 3)).json()) as JobAnswer;
    const other = await move(project, ((await shardOf(project)) + 2) % 3);
    expect([other.status, await other.json()]).toMatchObject([409, { error: { code: "conflict" } }]);
    expect(id).toMatch(/^job_/);
  });
});
