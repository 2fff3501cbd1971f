import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, test } from "vitest";
import { dbFor } from "../../src/db/db.ts";
import { RUN_COLUMNS } from "../../src/domain/projection/rows.ts";
import { newestStatement } from "../../src/domain/sessions/list.ts";
import { eventually, hex, newProject, span, type TestProject, traces } from "./helpers.ts";

const START = 1_795_000_000_000_000_000n;

/** Copies of the project's only run: `count` of them, whose session, user and start are given in SQL by their number `i`. */
async function copies(project: TestProject, count: number, run: { session: string; user?: string; started: string }) {
  const given: Record<string, string> = {
    id: `'${hex(4)}-' || i`,
    session_id: run.session,
    user_id: run.user ?? "NULL",
    started_ns: run.started,
  };
  const values = RUN_COLUMNS.map((name) => given[name] ?? name);
  await dbFor(env, project.id)
    .prepare(
      `INSERT INTO runs (project_id, ${RUN_COLUMNS.join(", ")})
       WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < ${count - 1})
       SELECT project_id, ${values.join(", ")} FROM n CROSS JOIN (SELECT * FROM runs WHERE project_id = ? LIMIT 1)`,
    )
    .bind(project.id)
    .run();
}

async function projectWithRun(): Promise<TestProject> {
  const project = await newProject();
  await project.sendTraces(traces([span(hex(16), "first", 0, 1000)]));
  await eventually(
    () => project.json<{ data: unknown[] }>("/api/runs"),
    ({ data }) => data.length === 1,
  );
  return project;
}

/** The ids of all sessions as they are to be listed, from the rows. */
async function expected(project: TestProject, user?: string): Promise<unknown[]> {
  const { results } = await dbFor(env, project.id)
    .prepare(
      `SELECT session_id AS id FROM runs WHERE project_id = ?1 AND session_id IS NOT NULL
       GROUP BY 1 HAVING ?2 IS NULL OR sum(user_id IS ?2) > 0 ORDER BY max(started_ns) DESC, 1 DESC`,
    )
    .bind(project.id, user ?? null)
    .all();
  return results.map(({ id }) => id);
}

async function listed(project: TestProject, query = ""): Promise<unknown[]> {
  const ids: unknown[] = [];
  for (let cursor: string | null = ""; cursor !== null; ) {
    const page: { data: { id: string }[]; next_cursor: string | null } = await project.json(
      `/api/sessions?limit=70${query}${cursor === "" ? "" : `&cursor=${cursor}`}`,
    );
    ids.push(...page.data.map(({ id }) => id));
    cursor = page.next_cursor;
  }
  return ids;
}

describe("sessions among many runs", () => {
  let dense: TestProject;
  let sparse: TestProject;
  beforeAll(async () => {
    // Eight runs a session, three at a time; a session of their own has as many as are looked at.
    dense = await projectWithRun();
    await copies(dense, 2_400, {
      session: "'s' || (i * 7 % 300)",
      user: "CASE WHEN i % 40 = 0 THEN 'ada' ELSE 'bob' END",
      started: `${START} + i / 3 * 1000000000`,
    });
    // Newer than all sessions: more runs without one than are looked at.
    sparse = await projectWithRun();
    await copies(sparse, 90, { session: "'s' || (i % 30)", started: `${START} + i / 2 * 1000` });
    await copies(sparse, 5_100, { session: "NULL", started: `${START + 10n ** 15n} + i * 1000` });
  });

  test("are listed each once, by their newest run, with ties among their starts", async () => {
    const all = await expected(dense);
    expect(all).toHaveLength(300);
    expect(await listed(dense)).toEqual(all);
    const hers = await expected(dense, "ada");
    expect(hers.length).toBeGreaterThan(10);
    expect(hers.length).toBeLessThan(300);
    expect(await listed(dense, "&user_id=ada")).toEqual(hers);
  });

  test("are found behind more runs without a session than are looked at", async () => {
    expect(await listed(sparse)).toEqual(await expected(sparse));
  });

  test("are found behind a session of more runs than are looked at, all of which began at once", async () => {
    await copies(dense, 5_100, { session: "'crowd'", started: `${START + 10n ** 15n}` });
    expect(await listed(dense)).toEqual(await expected(dense));
  });

  test.each([undefined, "ada"])("are read by the indexes that are named, of user %s", async (user_id) => {
    const cursor = (await dense.json<{ next_cursor: string }>("/api/sessions?limit=1")).next_cursor;
    for (const from of [undefined, cursor]) {
      const { sql, values, index } = newestStatement("p", { limit: 50, user_id, cursor: from });
      const { results } = await env.DB.prepare(`EXPLAIN QUERY PLAN ${sql}`)
        .bind(...values)
        .all<{ detail: string }>();
      const plan = results.map(({ detail }) => detail);
      expect(plan[0]).toContain(`INDEX ${index} (project_id=? AND started_ns>`);
      expect(plan.filter((line) => line.startsWith("SCAN"))).toEqual([]);
      expect(plan.filter((line) => line.includes("INDEX runs_by_session (project_id=? AND session_id=?")).length).toBe(
        user_id === undefined ? 1 : 2,
      );
      expect(plan.filter((line) => line.includes("TEMP B-TREE"))).toEqual([
        "USE TEMP B-TREE FOR LAST TERM OF ORDER BY",
      ]);
    }
  });
});
