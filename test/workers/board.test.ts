import { createExecutionContext, createMessageBatch } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import type { Artifact } from "../../src/domain/artifacts/schema.ts";
import type { Card, Stats } from "../../src/domain/board/schema.ts";
import type { DeadLetter, OpenedLetter } from "../../src/domain/dead-letters/schema.ts";
import type { JobAnswer } from "../../src/domain/jobs/schema.ts";
import worker from "../../src/index.ts";
import {
  callAttributes,
  eventually,
  hex,
  newKey,
  newProject,
  projectedRun,
  span,
  T0,
  type TestProject,
  traces,
} from "./helpers.ts";

const JSON_TYPE = { "content-type": "application/json" };

/** Puts messages aside as the queue does after their last try. */
async function putAside(...messages: { id: string; body: unknown }[]): Promise<void> {
  await worker.queue(
    createMessageBatch(
      "runlight-bells-dead",
      messages.map(({ id, body }) => ({ id, body, timestamp: new Date(), attempts: 6 })),
    ),
    env,
  );
}

const bell = (project: TestProject) => ({ v: 1, projectId: project.id, object: `${project.id}/traces/0` });

function letters(project: TestProject, query = ""): Promise<{ data: DeadLetter[]; next_cursor: string | null }> {
  return project.json(`/api/dead-letters${query}`);
}

async function problem(response: Response): Promise<[number, string]> {
  const { error } = (await response.json()) as { error: { code: string; message: string } };
  expect(error.message.length).toBeGreaterThan(20);
  return [response.status, error.code];
}

const post = { method: "POST" };

/** Opens the project's board and collects what it says. */
async function watch(project: TestProject, query: string) {
  const response = await project.fetch(`/ws${query}`, { headers: { upgrade: "websocket" } });
  expect(response.status).toBe(101);
  const socket = response.webSocket as WebSocket;
  const messages: { entity: string; event_type: string; data: { id: string } }[] = [];
  socket.addEventListener("message", (event) => messages.push(JSON.parse(event.data as string)));
  socket.accept();
  return { messages, close: () => socket.close() };
}

/** A run of a root and a call of each model, in a session. */
async function send(project: TestProject, session: string, models: string[], offsetMs = 0): Promise<string> {
  const root = span(hex(16), "turn", offsetMs - 1000, 500, {
    attributes: [{ key: "session.id", value: { stringValue: session } }],
  });
  const calls = models.map((model, n) =>
    span(root.traceId, `chat ${model}`, offsetMs - 1000 + n, 100, {
      parentSpanId: root.spanId,
      attributes: callAttributes(model, 1000, 100),
    }),
  );
  await project.sendTraces(traces([root, ...calls]));
  await projectedRun(project, root.traceId, 1 + calls.length);
  return root.traceId;
}

/** Keeps a file of a run. */
async function put(project: TestProject, run: string, name: string, body: string): Promise<Artifact> {
  const headers = { "content-type": "text/markdown", "content-length": String(body.length) };
  const answer = await project.fetch(`/api/runs/${run}/artifacts/${name}`, { method: "PUT", headers, body });
  return (await answer.json()) as Artifact;
}

async function reprice(project: TestProject): Promise<JobAnswer> {
  const at = (offsetMs: number) => new Date(Number(T0 / 1_000_000n) + offsetMs).toISOString();
  const started = await project.fetch("/api/prices/reprice", {
    ...post,
    headers: JSON_TYPE,
    body: JSON.stringify({ from: at(-60_000), to: at(60_000) }),
  });
  const { id } = (await started.json()) as JobAnswer;
  return eventually(
    () => project.json<JobAnswer>(`/api/jobs/${id}`),
    ({ status }) => status === "success",
  );
}

describe("the kinds of rows", () => {
  test("come with their count, their rate and their newest rows as their own lists give them", async () => {
    const [project, other] = [await newProject(), await newProject()];
    const older = await send(project, "s-1", ["gpt-4o-mini"], -5_000);
    const newer = await send(project, "s-2", ["gpt-4o-mini", "house-1"]);
    await putAside({ id: `${project.id}-m`, body: bell(project) });
    const job = await reprice(project);
    for (const [name, body] of [
      ["a.md", "1"],
      ["a.md", "2"],
      ["b.md", "1"],
    ] as const)
      await put(project, newer, name, body);

    const { data } = await project.json<{ data: Card[] }>("/api/entities");
    const outline = data.map(({ entity, count, count_is_lower_bound, per_minute }) => [
      entity,
      count,
      count_is_lower_bound,
      per_minute,
    ]);
    expect(outline).toEqual([
      ["Run", 2, false, 2],
      ["Session", 2, false, null],
      ["LlmCall", 3, false, null],
      ["Artifact", 2, false, 2],
      ["Job", 1, false, 1],
      ["DeadLetter", 1, false, 1],
    ]);
    const of = (entity: Card["entity"]) => data.find((card) => card.entity === entity) as Card;
    const { data: runs } = await project.json<{ data: { started_at: string }[] }>("/api/runs");
    expect(of("Run")).toMatchObject({ newest: runs, newest_at: runs[0]?.started_at });
    expect(of("Session").newest).toEqual((await project.json<{ data: unknown[] }>("/api/sessions")).data);
    expect(of("Session").newest_at).toBe(runs[0]?.started_at);
    const { data: files } = await project.json<{ data: Artifact[] }>("/api/artifacts");
    expect(of("Artifact")).toMatchObject({ newest: files, newest_at: files[0]?.created_at });
    expect(of("Job").newest).toEqual([job]);
    expect(of("DeadLetter").newest).toEqual((await letters(project)).data);

    const calls = of("LlmCall").newest as { run_id: string; span_id: string; url: string }[];
    const listed = await Promise.all(
      [newer, older].map(async (run_id) => {
        const { data } = await project.json<{ data: { span_id: string }[] }>(`/api/runs/${run_id}/llm-calls`);
        return data.reverse().map((call) => ({ ...call, run_id, url: `/runs/${run_id}?span=${call.span_id}` }));
      }),
    );
    expect(calls).toEqual(listed.flat());

    const none = { count: 0, newest_at: null, newest: [] };
    const { data: foreign } = await other.json<{ data: Card[] }>("/api/entities");
    expect(foreign).toMatchObject([none, none, none, none, none, none]);
  });

  test("are counted to a bound, and passed over where their sums would need a scan", async () => {
    const project = await newProject();
    const known = await send(project, "small", ["gpt-4o-mini"]);
    const unlike: Record<string, string> = {
      id: "'copy-' || n",
      session_id: "'large'",
      started_ns: "started_ns - n",
      llm_call_count: "0",
    };
    const { results } = await env.DB.prepare("SELECT name FROM pragma_table_info('runs')").all<{ name: string }>();
    await env.DB.prepare(
      `INSERT INTO runs WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers LIMIT 1001)
       SELECT ${results.map(({ name }) => unlike[name] ?? name).join(", ")} FROM numbers, runs
       WHERE project_id = ? AND id = ?`,
    )
      .bind(project.id, known)
      .run();

    const { data } = await project.json<{ data: Card[] }>("/api/entities");
    expect(data.slice(0, 3)).toMatchObject([
      { entity: "Run", count: 1000, count_is_lower_bound: true, per_minute: 1000, per_minute_is_lower_bound: true },
      { entity: "Session", count: 2, count_is_lower_bound: false, newest: [{ id: "small" }] },
      { entity: "LlmCall", count: 1, count_is_lower_bound: true, newest: [{ run_id: known }] },
    ]);
    expect(await project.json<Stats>("/api/stats")).toMatchObject({
      run_count: 1000,
      run_count_is_lower_bound: true,
      last_24_hours: { run_count: 1002, is_lower_bound: false },
    });
  });
});

describe("the project's totals", () => {
  test("sum up a day by the rules of a session, and say what is under way", async () => {
    const [project, other] = [await newProject(), await newProject()];
    const run = await send(project, "s", ["gpt-4o-mini"]);
    for (const version of ["1", "2"]) await put(project, run, "report.md", version);
    await putAside({ id: `${project.id}-m`, body: bell(project) });
    await reprice(project);
    const board = await watch(project, "");
    await project.fetch("/v1/logs", {
      ...post,
      headers: JSON_TYPE,
      body: JSON.stringify({ resourceLogs: [{ scopeLogs: [{ logRecords: [{ body: { stringValue: "hi" } }] }] }] }),
    });
    const stats = await eventually(
      () => project.json<Stats>("/api/stats"),
      ({ projection, dropped }) => projection.waiting === 0 && dropped.log_records > 0,
    );
    expect(stats).toEqual({
      run_count: 1,
      run_count_is_lower_bound: false,
      last_24_hours: {
        is_lower_bound: false,
        run_count: 1,
        running_run_count: 0,
        failed_run_count: 0,
        span_count: 2,
        error_count: 0,
        llm_call_count: 1,
        tool_call_count: 0,
        input_tokens: 1000,
        cached_input_tokens: null,
        cache_write_tokens: null,
        output_tokens: 100,
        reasoning_tokens: null,
        cost_usd: 0.00021,
        known_cost_usd: 0.00021,
        unpriced_run_count: 0,
      },
      artifact_count: 1,
      artifact_count_is_lower_bound: false,
      jobs: { active: 0, failed: 0 },
      dead_letters: { waiting: 1, waiting_is_lower_bound: false },
      connected_clients: 1,
      projection: { waiting: 0, waiting_ms: 0 },
      dropped: { log_records: 1, data_points: 0 },
    });
    board.close();

    await send(project, "s", ["house-1"]);
    const { last_24_hours } = await project.json<Stats>("/api/stats");
    const [session] = (await project.json<{ data: Record<string, unknown>[] }>("/api/sessions")).data;
    for (const field of ["run_count", "input_tokens", "cost_usd", "known_cost_usd", "unpriced_run_count"] as const) {
      expect([field, last_24_hours[field]]).toEqual([field, session?.[field]]);
    }
    expect(last_24_hours.cost_usd).toBeNull();

    const empty = await other.json<Stats>("/api/stats");
    expect(empty).toMatchObject({
      run_count: 0,
      artifact_count: 0,
      dead_letters: { waiting: 0 },
      dropped: { log_records: 0 },
    });
    expect(empty.last_24_hours).toMatchObject({ run_count: 0, span_count: 0, input_tokens: null, cost_usd: null });
  });
});

describe("dead letters", () => {
  test("come page by page, newest first, each project's own", async () => {
    const [project, other] = [await newProject(), await newProject()];
    const ids = Array.from({ length: 5 }, (_, n) => `${project.id}-${n}`);
    await putAside(...ids.map((id) => ({ id, body: bell(project) })));
    const pages: string[][] = [];
    for (let cursor: string | null = ""; cursor !== null; ) {
      const page = await letters(project, `?limit=2${cursor && `&cursor=${cursor}`}`);
      pages.push(page.data.map(({ id }) => id));
      cursor = page.next_cursor;
    }
    expect(pages.map((page) => page.length)).toEqual([2, 2, 1]);
    expect(pages.flat().sort()).toEqual(ids);
    expect((await letters(other)).data).toEqual([]);
    for (const query of ["?cursor=!!", "?limit=0"])
      expect(await problem(await project.fetch(`/api/dead-letters${query}`))).toEqual([400, "invalid_request"]);
  });

  test("are opened with all of their message, which a list cuts", async () => {
    const project = await newProject();
    const body = { ...bell(project), note: "x".repeat(5_000) };
    const id = `${project.id}-long`;
    await putAside({ id, body });
    expect((await letters(project)).data).toMatchObject([{ id, message: null }]);
    expect(await project.json(`/api/dead-letters/${id}`)).toEqual({
      id,
      queue: "runlight-bells",
      attempts: 6,
      received_at: expect.stringMatching(/^20.*Z$/),
      replayed_at: null,
      message: body,
      unreplayable: null,
    });
  });

  test("go back once to a queue that takes them, and wait for one that does not", async () => {
    const project = await newProject();
    const id = `${project.id}-m`;
    await putAside({ id, body: bell(project) });
    const sent: unknown[] = [];
    let up = false;
    const BELLS = {
      send: async (message: unknown) => {
        if (!up) throw new Error("The queue is down.");
        sent.push(message);
      },
    } as unknown as Queue;
    const replay = () =>
      worker.fetch(
        new Request(`https://runlight.test/api/dead-letters/${id}/replay`, {
          ...post,
          headers: { authorization: `Bearer ${project.key}` },
        }),
        { ...env, BELLS },
        createExecutionContext(),
      );
    const refused = await replay();
    expect(refused.headers.get("retry-after")).toBe("5");
    expect(await problem(refused)).toEqual([503, "unavailable"]);
    expect((await project.json<OpenedLetter>(`/api/dead-letters/${id}`)).replayed_at).toBeNull();
    up = true;
    const answers = await Promise.all([replay(), replay(), replay(), replay()]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    expect((await replay()).status).toBe(200);
    expect(sent).toEqual([bell(project)]);
  });

  test("go back on their queue once, however often and by how many that is asked", async () => {
    const project = await newProject();
    const id = `${project.id}-m`;
    await putAside({ id, body: bell(project) });
    const board = await watch(project, "?entities=DeadLetter");
    const replays = await Promise.all(
      Array.from({ length: 4 }, () => project.fetch(`/api/dead-letters/${id}/replay`, post)),
    );
    const answers = await Promise.all(replays.map(async (each) => [each.status, await each.json()]));
    const again = await project.json<OpenedLetter>(`/api/dead-letters/${id}/replay`, post);
    expect(again).toMatchObject({ id, replayed_at: expect.stringMatching(/^20.*Z$/), unreplayable: null });
    for (const answer of answers) expect(answer).toEqual([200, again]);
    expect(await project.json(`/api/dead-letters/${id}`)).toEqual(again);
    // Whoever sends tells the board: one message is one that was sent.
    await eventually(
      async () => board.messages.length,
      (count) => count > 0,
    );
    expect(board.messages).toMatchObject([
      { entity: "DeadLetter", event_type: "update", data: { id, replayed_at: again.replayed_at } },
    ]);
    expect(await project.json<Stats>("/api/stats")).toMatchObject({ dead_letters: { waiting: 0 } });
    board.close();
  });

  test("that could only come back stay where they are, and say why", async () => {
    const project = await newProject();
    const cases: [string, unknown, RegExp][] = [
      ["odd", { projectId: project.id, nonsense: true }, /no bell/],
      ["foreign", { v: 1, projectId: project.id, object: "another/traces/0" }, /not of this project/],
    ];
    for (const [name, body, reason] of cases) {
      const id = `${project.id}-${name}`;
      await putAside({ id, body });
      const path = `/api/dead-letters/${id}`;
      expect(await project.json(path)).toMatchObject({ message: body, unreplayable: expect.stringMatching(reason) });
      expect(await problem(await project.fetch(`${path}/replay`, post))).toEqual([422, "unprocessable"]);
      expect(await project.json<OpenedLetter>(path)).toMatchObject({ replayed_at: null });
    }
  });

  test("are 404 for whoever does not have them", async () => {
    const [project, other] = [await newProject(), await newProject()];
    const id = `${project.id}-m`;
    await putAside({ id, body: bell(project) });
    for (const [path, init] of [
      [`/api/dead-letters/${id}`, undefined],
      [`/api/dead-letters/${id}/replay`, post],
    ] as const) {
      expect(await problem(await other.fetch(path, init))).toEqual([404, "dead_letter_not_found"]);
      expect(await problem(await project.fetch(path.replace(id, "none"), init))).toEqual([
        404,
        "dead_letter_not_found",
      ]);
    }
    expect((await project.json<OpenedLetter>(`/api/dead-letters/${id}`)).replayed_at).toBeNull();
  });
});

test("reading needs the scope read, and a replay the scope write", async () => {
  const project = await newProject();
  const id = `${project.id}-m`;
  await putAside({ id, body: bell(project) });
  const as = async (scope: "ingest" | "read" | "write") => ({
    authorization: `Bearer ${await newKey(project.id, [scope])}`,
  });
  const [ingest, read, write] = [await as("ingest"), await as("read"), await as("write")];
  for (const path of ["/api/entities", "/api/stats", "/api/dead-letters", `/api/dead-letters/${id}`]) {
    expect([path, (await project.fetch(path, { headers: read })).status]).toEqual([path, 200]);
    expect(await problem(await project.fetch(path, { headers: ingest }))).toEqual([403, "forbidden"]);
    expect((await project.fetch(path, { headers: { authorization: "Bearer nobody" } })).status).toBe(401);
  }
  const path = `/api/dead-letters/${id}/replay`;
  expect(await problem(await project.fetch(path, { ...post, headers: read }))).toEqual([403, "forbidden"]);
  expect((await project.fetch(path, { ...post, headers: write })).status).toBe(200);
});

test("the live board sends the kinds that were asked for, and says a letter once", async () => {
  const project = await newProject();
  const [all, some, files] = [
    await watch(project, ""),
    await watch(project, "?entities=Job,DeadLetter"),
    await watch(project, "?entities=Artifact"),
  ];
  const run = await send(project, "s", ["gpt-4o-mini"]);
  const artifacts = [await put(project, run, "a.md", "1"), await put(project, run, "a.md", "2")];
  // The same bytes again are nothing new.
  await put(project, run, "a.md", "2");
  const job = await reprice(project);
  const id = `${project.id}-m`;
  await putAside({ id, body: bell(project) });
  await putAside({ id, body: bell(project) });
  await eventually(
    async () => some.messages.map(({ entity }) => entity),
    (entities) => entities.includes("DeadLetter") && entities.includes("Job"),
  );
  const kinds = ({ messages }: typeof all) => [...new Set(messages.map(({ entity }) => entity))].sort();
  expect([kinds(all), kinds(some), kinds(files)]).toEqual([
    ["Artifact", "DeadLetter", "Job", "Run"],
    ["DeadLetter", "Job"],
    ["Artifact"],
  ]);
  expect(files.messages).toMatchObject(artifacts.map((data) => ({ entity: "Artifact", event_type: "insert", data })));
  expect(files.messages).toHaveLength(2);
  expect(some.messages.filter(({ entity }) => entity === "DeadLetter")).toMatchObject([
    { event_type: "insert", data: (await letters(project)).data[0] },
  ]);
  expect(some.messages.filter(({ entity }) => entity === "Job").at(-1)).toMatchObject({ data: job });
  for (const board of [all, some, files]) board.close();
});
