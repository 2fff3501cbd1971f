import { env } from "cloudflare:workers";
import { PROJECT_TABLES } from "../../src/db/project-tables.ts";
import { databaseOf, databases, readShard } from "../../src/db/shards.ts";
import { storeDeadLetter } from "../../src/domain/dead-letters/store.ts";
import type { Run } from "../../src/domain/runs/schema.ts";
import { projectToken } from "../../src/domain/search/docs.ts";
import type { MoveParams } from "../../src/domain/shards/step.ts";
import { readTables, rowSql } from "../../src/domain/shards/tables.ts";
import {
  callAttributes,
  eventually,
  hex,
  newProject,
  projectedRun,
  span,
  type TestProject,
  traces,
} from "../workers/helpers.ts";

/** More rows than a page has, and than one step deletes. */
const MANY = 1_300;

/** A project with rows in every table. */
export async function filledProject(): Promise<TestProject> {
  const project = await newProject();
  const trace = hex(16);
  const root = span(trace, "root", 0, 1000, { attributes: [{ key: "session.id", value: { stringValue: "s" } }] });
  const call = span(trace, "chat", 2, 400, {
    parentSpanId: root.spanId,
    attributes: callAttributes("gpt-4o", 10, 5),
  });
  await project.sendTraces(traces([root, call], 'a "service", of \\ 😀'));
  await projectedRun(project, trace, 2);
  const json = { "content-type": "application/json" };
  const prices = [{ model: "gpt-4o", input_usd_per_mtok: 1, output_usd_per_mtok: 2 }];
  await project.fetch("/api/prices", { method: "PUT", headers: json, body: JSON.stringify({ prices }) });
  for (const body of ["one", "two"]) {
    await project.fetch(`/api/runs/${trace}/artifacts/a.txt`, {
      method: "PUT",
      headers: { "content-type": "text/plain", "x-entity-type": "note" },
      body,
    });
  }
  await eventually(
    async () => (await project.json<{ data: Run[] }>("/api/runs")).data[0]?.event_count,
    (events) => events === 4,
  );
  await storeDeadLetter(env, { projectId: project.id, id: "m", queue: "runlight-bells", attempts: 6, message: {} });
  const home = databaseOf(env, (await readShard(env, project.id)) ?? 0);
  await home.batch([
    home.prepare("INSERT INTO project_state (project_id, rewrites) VALUES (?, 3)").bind(project.id),
    home
      .prepare(
        `INSERT INTO run_labels WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${MANY})
         SELECT ?, 'tag:' || i, i FROM n`,
      )
      .bind(project.id),
  ]);
  return project;
}

/** Every row that a shard has of a project, by table, in the order of its key; integers exact, blobs in hex. */
export async function rowsOn(shard: number, projectId: string): Promise<Record<string, string[]>> {
  const database = databaseOf(env, shard);
  const tables = await readTables(database);
  const all: Record<string, string[]> = {};
  for (const table of tables) {
    const { results } = await database
      .prepare(
        `SELECT ${rowSql(table, "t")} AS row FROM ${table.name} AS t WHERE project_id = ? ORDER BY ${["project_id", ...table.key].join(", ")}`,
      )
      .bind(projectId)
      .all<{ row: string }>();
    all[table.name] = results.map(({ row }) => row);
  }
  // Through the segments that point to them, and all that there are.
  const token = projectToken(projectId);
  const docs = await database.batch<{ row: string }>([
    database
      .prepare(
        `SELECT json_array(d.run_id, d.first_seq, d.text, d.rowid >> 20) AS row FROM segments AS s JOIN search_docs AS d
         ON d.rowid = s.doc AND d.project = ? WHERE s.project_id = ? ORDER BY 1`,
      )
      .bind(token, projectId),
    database
      .prepare(
        "SELECT json_array(run_id, first_seq, text, rowid >> 20) AS row FROM search_docs WHERE project = ? ORDER BY 1",
      )
      .bind(token),
  ]);
  const [pointed = [], there = []] = docs.map(({ results }) => results.map(({ row }) => row));
  if (pointed.join() !== there.join())
    throw new Error(`${there.length} docs, of which ${pointed.length} are pointed to`);
  all.search_docs = there;
  return all;
}

/** What a shard has when it has nothing of a project. */
export const NO_ROWS = Object.fromEntries([...PROJECT_TABLES, "search_docs"].map((name) => [name, []]));

/** What moves have left behind in any shard: rows of their own, and triggers. */
export async function leftovers(projectId: string): Promise<unknown[]> {
  const found = await Promise.all(
    databases(env).map((database) =>
      database
        .prepare(
          `SELECT 'move' AS what FROM project_moves WHERE project_id = ?1 UNION ALL SELECT 'change' FROM project_changes WHERE project_id = ?1
           UNION ALL SELECT name FROM sqlite_master WHERE type = 'trigger' AND instr(sql, ?1)`,
        )
        .bind(projectId)
        .all(),
    ),
  );
  return found.flatMap(({ results }) => results);
}

/** A job's input for a step. */
export function input(params: MoveParams, state: unknown) {
  return { params, state, done: 0, total: null, created_at: Date.now() };
}

export class Killed extends Error {}

/** The environment of somebody who is killed when a database has done the nth thing that it was asked: the answer is lost. */
export function killedAt(nth: number): Env {
  let count = 0;
  const around = async <T>(act: () => Promise<T>): Promise<T> => {
    count++;
    if (count > nth) throw new Killed();
    const result = await act();
    if (count === nth) throw new Killed();
    return result;
  };
  const real = new WeakMap<object, D1PreparedStatement>();
  const statement = (one: D1PreparedStatement): D1PreparedStatement => {
    const made = {
      bind: (...values: unknown[]) => statement(one.bind(...values)),
      first: () => around(() => one.first()),
      all: () => around(() => one.all()),
      run: () => around(() => one.run()),
    } as unknown as D1PreparedStatement;
    real.set(made, one);
    return made;
  };
  const database = (one: D1Database) =>
    ({
      prepare: (sql: string) => statement(one.prepare(sql)),
      batch: (all: D1PreparedStatement[]) =>
        around(() => one.batch(all.map((each) => real.get(each) as D1PreparedStatement))),
    }) as unknown as D1Database;
  const bound = databases(env).map((one, n) => [n === 0 ? "DB" : `DB_${n}`, database(one)]);
  return { ...env, ...Object.fromEntries(bound) };
}
