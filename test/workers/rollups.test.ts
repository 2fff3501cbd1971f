import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { logAddress, runLog } from "../../durable-objects/stubs.ts";
import { dbFor } from "../../src/db/db.ts";
import type { JobAnswer } from "../../src/domain/jobs/schema.ts";
import { projectLog } from "../../src/domain/projection/project.ts";
import { NARROW } from "../../src/domain/rollups/narrow.ts";
import { narrowDay } from "../../src/domain/rollups/narrow-day.ts";
import { callAttributes, eventually, hex, newProject, span, type TestProject, traces } from "./helpers.ts";

const HOUR_NS = 3_600_000_000_000n;

interface Sums {
  count: number;
  error_count: number;
  unpriced_count: number;
  input_tokens: number;
  output_tokens: number;
  cost_nano_usd: number;
  duration_us: number;
}

const SUMS = "count, error_count, unpriced_count, input_tokens, output_tokens, cost_nano_usd, duration_us";

/** The rollups of a series, by their key. */
async function rollupsOf(projectId: string, series: string): Promise<Map<string, Sums & { timed: number }>> {
  const { results } = await dbFor(env, projectId)
    .prepare(
      `SELECT slot || '|' || value || '|' || service || '|' || environment || '|' || model || '|' || provider || '|' || operation AS key,
       ${SUMS}, (SELECT sum(value) FROM json_each(latency)) AS timed
     FROM rollups WHERE project_id = ? AND series = ? ORDER BY 1`,
    )
    .bind(projectId, series)
    .all<Sums & { key: string; timed: number }>();
  return new Map(results.map(({ key, ...sums }) => [key, sums]));
}

const RECOUNTED = ["call_day", "call_hour", "call_user", "call_tag", "run_day", "run_hour"] as const;
type Recounted = (typeof RECOUNTED)[number];

/** The same, counted by SQL from the rows of calls and runs. */
async function recounted(projectId: string, series: Recounted) {
  const call = series.startsWith("call");
  const start = call ? "c.start_ns" : "r.started_ns";
  const hours = series.endsWith("_day") ? 24 : 1;
  const slot = `(${start} / ${HOUR_NS * BigInt(hours)} * ${3600 * hours})`;
  const by = series.split("_")[1] as "day" | "hour" | "user" | "tag";
  const value = { day: "''", hour: "''", user: "r.user_id", tag: "tag.value" }[by];
  const wide = series === "call_day" || series === "call_hour";
  const model = wide ? "coalesce(c.model, '')" : "''";
  const provider = wide ? "coalesce(c.provider, '')" : "''";
  const operation = wide ? "coalesce(c.operation, '')" : "''";
  const time = call ? "(c.end_ns - c.start_ns) / 1000" : "(r.ended_ns - r.started_ns) / 1000";
  const from = call ? "llm_calls AS c JOIN runs AS r ON r.project_id = c.project_id AND r.id = c.run_id" : "runs AS r";
  const sums = call
    ? `count(*) AS count, sum(c.status = 'error') AS error_count,
       sum(c.cost_nano_usd IS NULL AND c.unpriced IS NOT 'refused') AS unpriced_count,
       coalesce(sum(c.input_tokens), 0) AS input_tokens, coalesce(sum(c.output_tokens), 0) AS output_tokens,
       coalesce(sum(c.cost_nano_usd), 0) AS cost_nano_usd, sum(${time}) AS duration_us, count(*) AS timed`
    : `count(*) AS count, sum(r.outcome = 2 OR (r.outcome = 0 AND r.error_count > 0)) AS error_count,
       sum(r.details ->> 'unpriced' <> '{}') AS unpriced_count,
       coalesce(sum(r.input_tokens), 0) AS input_tokens, coalesce(sum(r.output_tokens), 0) AS output_tokens,
       coalesce(sum(r.details ->> 'known_cost_nano_usd'), 0) AS cost_nano_usd,
       coalesce(sum(CASE WHEN r.outcome > 0 THEN ${time} END), 0) AS duration_us,
       nullif(sum(r.outcome > 0), 0) AS timed`;
  const { results } = await dbFor(env, projectId)
    .prepare(
      `SELECT ${slot} || '|' || ${value} || '|' || coalesce(r.service, '') || '|' || coalesce(r.environment, '') || '|' ||
       ${model} || '|' || ${provider} || '|' || ${operation} AS rollup, ${sums}
     FROM ${from} ${series.endsWith("_tag") ? ", json_each(r.tags) AS tag" : ""}
     WHERE r.project_id = ? ${call ? "AND c.counted = 1" : ""} AND ${value} IS NOT NULL
     GROUP BY rollup ORDER BY rollup`,
    )
    .bind(projectId)
    .all<Sums & { rollup: string; timed: number }>();
  return new Map(results.map(({ rollup, ...all }) => [rollup, all]));
}

async function expectExact(projectId: string) {
  for (const series of RECOUNTED) {
    const counted = await rollupsOf(projectId, series);
    expect(counted.size).toBeGreaterThan(0);
    expect(counted).toEqual(await recounted(projectId, series));
  }
  const byMinute = [...(await rollupsOf(projectId, "call_minute")).values()];
  const byHour = [...(await rollupsOf(projectId, "call_hour")).values()];
  const total = (all: Sums[]) => [
    all.reduce((n, each) => n + each.count, 0),
    all.reduce((n, each) => n + each.cost_nano_usd, 0),
  ];
  expect(total(byMinute)).toEqual(total(byHour));
}

/** Narrows all days that are over, and compares every narrow series with the one that it narrows, histograms included. */
async function expectNarrowed(projectId: string, narrow = true) {
  const db = dbFor(env, projectId);
  while (narrow && (await narrowDay(db, projectId, Date.now())));
  for (const [series, { of, tells }] of Object.entries(NARROW)) {
    const columns = ["value", "service", "environment", "model", "provider", "operation"];
    const length = series.includes("_hour_") ? 3600 : 86_400;
    const rows = async (name: string) => {
      const told = columns.map((column) => ((tells as readonly string[]).includes(column) ? column : "''"));
      const { results } = await db
        .prepare(
          `SELECT json_array(slot - slot % ${length}, ${told.join(", ")}) AS key, ${SUMS}, latency FROM rollups
           WHERE project_id = ?1 AND series = ?2 AND generation = (SELECT rollups_shown FROM project_state WHERE project_id = ?1)
           AND slot < (SELECT narrowed_until FROM project_state WHERE project_id = ?1)`,
        )
        .bind(projectId, name)
        .all<Sums & { key: string; latency: string }>();
      return results;
    };
    const expected = new Map<string, Record<string, number>>();
    for (const { key, latency, ...sums } of await rows(of)) {
      const all = expected.get(key) ?? {};
      const buckets = Object.entries(JSON.parse(latency) as Record<string, number>);
      for (const [name, n] of [...Object.entries(sums), ...buckets]) all[name] = (all[name] ?? 0) + n;
      expected.set(key, all);
    }
    const found = (await rows(series)).map(({ key, latency, ...sums }) => [key, { ...sums, ...JSON.parse(latency) }]);
    expect(found.length).toBeGreaterThan(0);
    expect(new Map(found as [string, Record<string, number>][])).toEqual(expected);
  }
}

async function settled(project: TestProject) {
  await eventually(
    () => runLog(env, logAddress(env, project.id, hex(16))).status(),
    ({ waitingRows }) => waitingRows === 0,
  );
}

const text = (key: string, stringValue: string) => ({ key, value: { stringValue } });

/** Runs over several hours, of two services, with wrappers, errors, unknown prices, users and tags. */
async function filledProject(runs: number, into?: TestProject) {
  const project = into ?? (await newProject());
  const spans = Array.from({ length: runs }, (_, n) => {
    const traceId = hex(16);
    const at = -n * 1_200_000;
    const root = span(traceId, "root", at, 1000 + n, {
      attributes: [
        text("user.id", `user-${n % 3}`),
        {
          key: "langfuse.trace.tags",
          value: { arrayValue: { values: [{ stringValue: "a" }, { stringValue: `t${n % 2}` }] } },
        },
      ],
      ...(n % 4 === 0 ? { status: { code: 2 } } : {}),
    });
    const wrapper = span(traceId, "wrapper", at + 1, 500, {
      parentSpanId: root.spanId,
      attributes: callAttributes("gpt-4o", 10 + n, 5),
    });
    const call = span(traceId, "chat", at + 2, 400 + n, {
      parentSpanId: wrapper.spanId,
      attributes: callAttributes(n % 5 === 0 ? "nobody-knows" : "gpt-4o", 10 + n, 5),
      ...(n % 6 === 0 ? { status: { code: 2, message: "no" } } : {}),
    });
    return { service: `service-${n % 2}`, parts: [[call], [wrapper], [root]] };
  });
  // Each round brings another part of every run; the order is another for every run.
  for (const round of [0, 1, 2]) {
    for (const service of ["service-0", "service-1"]) {
      const batch = spans
        .filter((run) => run.service === service)
        .flatMap(({ parts }, n) => parts[(round + n) % 3] ?? []);
      expect((await project.sendTraces(traces(batch, service))).status).toBe(200);
    }
    await settled(project);
  }
  return project;
}

describe("rollups", () => {
  test("are the sums of calls and runs, whatever order their parts came in", async () => {
    const project = await filledProject(24);
    await expectExact(project.id);
  });

  test("count nothing twice when a drain is delivered again and side by side", async () => {
    const project = await filledProject(6);
    const before = await rollupsOf(project.id, "call_hour");
    const address = logAddress(env, project.id, hex(16));
    await project.sendTraces(traces([span(hex(16), "new", 0, 10, { attributes: callAttributes("gpt-4o", 1, 1) })]));
    await Promise.all(Array.from({ length: 5 }, () => projectLog(env, address).catch(() => undefined)));
    await settled(project);
    await expectExact(project.id);
    expect((await rollupsOf(project.id, "call_hour")).size).toBe(before.size + 1);
  });

  test("follow new prices", async () => {
    const project = await filledProject(8);
    const send = (method: string, path: string, body: unknown) =>
      project.fetch(path, { method, headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
    await send("PUT", "/api/prices", {
      prices: [{ model: "nobody-*", input_usd_per_mtok: 1, output_usd_per_mtok: 2 }],
    });
    const day = 86_400_000;
    const window = { from: new Date(Date.now() - day).toISOString(), to: new Date(Date.now() + day).toISOString() };
    const { url } = (await (await send("POST", "/api/prices/reprice", window)).json()) as JobAnswer;
    await eventually(
      () => project.json<JobAnswer>(url),
      ({ status }) => status === "success",
    );
    await expectExact(project.id);
    expect([...(await rollupsOf(project.id, "call_hour")).values()].every((sums) => sums.unpriced_count === 0)).toBe(
      true,
    );
  });

  test("of days that are over are narrowed, and so they stay whatever comes, goes or is counted anew", async () => {
    // Over more than 25 hours: some of them are of a day that has been over for an hour.
    const project = await filledProject(80);
    await expectNarrowed(project.id);
    await filledProject(80, project);
    await expectNarrowed(project.id, false);
    const post = (path: string, body: unknown) =>
      project.fetch(path, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(body),
      });
    const done = async (answer: Response) => {
      const { url } = (await answer.json()) as JobAnswer;
      await eventually(
        () => project.json<JobAnswer>(url),
        ({ status }) => status === "success",
        40_000,
      );
    };
    const { data } = await project.json<{ data: { id: string }[] }>("/api/runs?limit=1&order=asc");
    await done(await project.fetch(`/api/runs/${data[0]?.id}`, { method: "DELETE" }));
    await expectNarrowed(project.id, false);
    await done(await post("/api/rebuild", { scope: "project", recount: true }));
    const state = await dbFor(env, project.id)
      .prepare("SELECT rollups_shown, narrowed_until FROM project_state WHERE project_id = ?")
      .bind(project.id)
      .first();
    expect(state).toEqual({ rollups_shown: 2, narrowed_until: 0 });
    await expectNarrowed(project.id);
    await expectExact(project.id);
  });

  test("are narrowed once, by however many at the same time", async () => {
    const project = await filledProject(80);
    const db = dbFor(env, project.id);
    await Promise.all(Array.from({ length: 5 }, () => narrowDay(db, project.id, Date.now())));
    await expectNarrowed(project.id);
  });

  test("belong to one project", async () => {
    const [one, other] = await Promise.all([filledProject(4), filledProject(5)]);
    await Promise.all([expectExact(one.id), expectExact(other.id)]);
  });
});
