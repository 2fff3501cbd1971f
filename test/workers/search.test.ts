import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, test } from "vitest";
import { logAddress, runLog } from "../../durable-objects/stubs.ts";
import { emptyDelta } from "../../src/domain/projection/fold.ts";
import { projectLog } from "../../src/domain/projection/project.ts";
import type { FoundRun } from "../../src/domain/runs/schema.ts";
import { deleteSearchDocs, projectToken } from "../../src/domain/search/docs.ts";
import { textChars, VALUE_CHARS } from "../../src/domain/search/text.ts";
import { readable } from "../../src/domain/search/words.ts";
import { NO_SPAN } from "../../src/events/delta.ts";
import { nanoFromMs } from "../../src/events/nano.ts";
import { encodePart, type Place, packMembers } from "../../src/events/part.ts";
import { eventually, hex, newProject, span, type TestProject, type TestSpan, traces } from "./helpers.ts";

interface Page {
  data: FoundRun[];
  next_cursor: string | null;
}

const text = (key: string, value: string) => ({ key, value: { stringValue: value } });

/** A span that asked and was answered. */
function call(traceId: string, name: string, input: string, output = "", more: Partial<TestSpan> = {}, offsetMs = 0) {
  const attributes = [
    text("gen_ai.operation.name", "chat"),
    text("gen_ai.prompt", input),
    text("gen_ai.completion", output),
  ];
  return span(traceId, name, offsetMs, 100, { attributes, ...more });
}

/** Sends a run of one call; @returns its id */
async function sendRun(project: TestProject, input: string, output = "", offsetMs = 0): Promise<string> {
  const id = hex(16);
  await project.sendTraces(traces([call(id, "chat", input, output, {}, offsetMs)]));
  return id;
}

async function settled(project: TestProject, runId: string) {
  await eventually(
    () => runLog(env, logAddress(env, project.id, runId)).status(),
    ({ waitingRows }) => waitingRows === 0,
  );
}

const search = (project: TestProject, q: string, more: Record<string, string> = {}) =>
  project.json<Page>(`/api/runs?${new URLSearchParams({ q, ...more })}`);

const found = async (project: TestProject, q: string, more: Record<string, string> = {}) =>
  (await search(project, q, more)).data.map(({ id }) => id);

const post = (project: TestProject, path: string, body: unknown, method = "POST") =>
  project.fetch(path, { method, headers: { "content-type": "application/json" }, body: JSON.stringify(body) });

const docsOf = (projectId: string) =>
  env.DB.prepare("SELECT run_id, first_seq, text FROM search_docs WHERE project = ? ORDER BY rowid")
    .bind(projectToken(projectId))
    .all<{ run_id: string; first_seq: number; text: string }>()
    .then(({ results }) => results);

describe("the query language", () => {
  let project: TestProject;
  const runs: Record<string, string> = {};

  beforeAll(async () => {
    project = await newProject();
    for (const [name, input] of Object.entries({
      refund: "Please refund the order, my card was declined twice",
      order: "The order of the refund is not known to card holders",
      cafe: "Meet me at the Café Zürich in the afternoon",
      mail: "Write to ann.lee@example.com about the foo-bar NEAR the end AND the start",
      tokyo: "私は東京都に住んでいます。天気はどうですか",
      emoji: "Party 🎉 time ✅ done",
      russian: "Где находится Красная площадь",
    })) {
      runs[name] = await sendRun(project, input);
    }
    for (const id of Object.values(runs)) await settled(project, id);
  });

  test.for<[q: string, expected: string[]]>([
    ["refund", ["order", "refund"]],
    ["REFUND Order", ["order", "refund"]],
    ["refund nowhere", []],
    ['"refund the order"', ["refund"]],
    ['"the order" card', ["order", "refund"]],
    ['"order refund"', []],
    ['"refund the', ["refund"]],
    ["decl*", ["refund"]],
    ["decl", []],
    ['"card was de"*', ["refund"]],
    ["refund -declined", ["order"]],
    ['refund -"the refund"', ["refund"]],
    ["refund -decl*", ["order"]],
    ["cafe zurich", ["cafe"]],
    ["CAFÉ", ["cafe"]],
    ["cafe\u0301", ["cafe"]],
    ["ann.lee@example.com", ["mail"]],
    ["lee.ann@example.com", []],
    ["foo-bar", ["mail"]],
    ["NEAR", ["mail"]],
    ["NEAR(refund order)", []],
    ["foo AND start", ["mail"]],
    ["refund OR cafe", []],
    ["foo NOT", []],
    ["東京", ["tokyo"]],
    ["京東", []],
    ["東京都に", ["tokyo"]],
    ["天気 東京", ["tokyo"]],
    ["東*", null as never],
    ["красная", ["russian"]],
    ["🎉 party", ["emoji"]],
    ["text:refund", []],
    ["project:x", []],
    ["^refund", ["order", "refund"]],
    ["refund +card", ["order", "refund"]],
    ["{refund}", ["order", "refund"]],
    ["refund*card", []],
    ["''refund''", ["order", "refund"]],
    ["“refund the order”", ["refund"]],
    ["refund \u0000 card", ["order", "refund"]],
    ["refund --declined", ["order"]],
    ["chat", Object.keys({ refund: 0, order: 0, cafe: 0, mail: 0, tokyo: 0, emoji: 0, russian: 0 })],
  ])("%s", async ([q, expected]) => {
    if (expected === null) {
      expect((await project.fetch(`/api/runs?${new URLSearchParams({ q })}`)).status).toBe(422);
      return;
    }
    const names = (await found(project, q)).map((id) => Object.keys(runs).find((name) => runs[name] === id));
    expect(names.sort()).toEqual([...expected].sort());
  });

  test.for(["-refund", "-a -b", "🎉", '""', "-", "* *", "\u0000", "a*", "x ".repeat(17)])(
    "%s is refused with a reason",
    async (q) => {
      const response = await project.fetch(`/api/runs?${new URLSearchParams({ q })}`);
      expect(response.status).toBe(422);
      expect(await response.json()).toMatchObject({ error: { code: "unprocessable" } });
    },
  );

  test("nothing that can be typed is an error of the database", async () => {
    const pieces = [
      '"',
      "'",
      "*",
      "-",
      "(",
      ")",
      "^",
      ":",
      "+",
      "{",
      "}",
      "AND",
      "OR",
      "NOT",
      "NEAR/2",
      "a",
      "refund",
      " ",
      "東",
      "é",
    ];
    let state = 7;
    const below = (most: number) => {
      state = (Math.imul(state, 48271) >>> 0) % 2147483647;
      return state % most;
    };
    for (let n = 0; n < 150; n++) {
      const q = Array.from({ length: 1 + below(9) }, () => pieces[below(pieces.length)]).join("");
      const response = await project.fetch(`/api/runs?${new URLSearchParams({ q })}`);
      expect([200, 422], q).toContain(response.status);
      await response.text();
    }
  });

  test("shows the words around the hits, marked by structure and as they were sent", async () => {
    const { data } = await search(project, "東京");
    const stretches = data[0]?.match?.snippet ?? [];
    expect(stretches.map(({ text }) => text).join("")).toContain("私は東京都に");
    expect(stretches.filter(({ hit }) => hit).map(({ text }) => text)).toEqual(["東京"]);
    const [mail] = (await search(project, "start")).data;
    expect(mail?.match).toEqual({
      first_seq: 1,
      snippet: [
        { text: expect.stringContaining("foo-bar NEAR the end AND the "), hit: false },
        { text: "start", hit: true },
      ],
    });
  });
});

describe("what is found", () => {
  test("names, tools and their arguments, errors, inputs and outputs, and the words of events", async () => {
    const project = await newProject();
    const id = hex(16);
    const root = call(id, "plan-journey", "where to", "there", { status: { code: 2, message: "quotaburst exceeded" } });
    const tool = span(id, "execute_tool", 1, 10, {
      parentSpanId: root.spanId,
      attributes: [
        text("gen_ai.operation.name", "execute_tool"),
        text("gen_ai.tool.name", "weatherlookup"),
        text("gen_ai.tool.call.arguments", '{"place":{"city":"Winterthur\\nWest"},"days":731}'),
        text("gen_ai.tool.call.result", '{"sky":"overcast"}'),
      ],
    });
    await project.sendTraces(traces([root, tool]));
    const agent = `agent-${hex(4)}`;
    await post(project, "/api/runs", { id: agent, kind: "agent", name: "Concierge desk" });
    await post(project, `/api/runs/${agent}/events`, {
      events: [
        { type: "TEXT_MESSAGE_START", data: { messageId: "m1", role: "assistant" } },
        { type: "TEXT_MESSAGE_CONTENT", data: { messageId: "m1", delta: "Your lug" } },
        { type: "TEXT_MESSAGE_CONTENT", data: { messageId: "m1", delta: "gage is late" } },
        { type: "TOOL_CALL_START", data: { toolCallId: "t1", toolCallName: "trackbag" } },
        { type: "TOOL_CALL_ARGS", data: { toolCallId: "t1", delta: '{"tag":"LX' } },
        { type: "TOOL_CALL_ARGS", data: { toolCallId: "t1", delta: '4711"}' } },
        { type: "RUN_ERROR", data: { message: "carousel jammed" } },
      ],
    });
    await settled(project, id);
    await settled(project, agent);
    for (const q of ["plan-journey", "quotaburst", "weatherlookup", "Winterthur west", "731", "overcast"]) {
      expect(await found(project, q), q).toEqual([id]);
    }
    for (const q of ["concierge", "luggage late", "trackbag", "LX4711", '"carousel jammed"']) {
      expect(await found(project, q), q).toEqual([agent]);
    }
    // The id of a message is no word of it.
    expect(await found(project, "m1")).toEqual([]);
  });

  test("no phrase reaches from one value into the next, and none of our marks can be sent in", async () => {
    const project = await newProject();
    const id = await sendRun(project, "alpha beta", "gamma \ue002 \ue000delta\ue001");
    await settled(project, id);
    expect(await found(project, '"beta gamma"')).toEqual([]);
    expect(await found(project, '"alpha beta" "gamma delta"')).toEqual([id]);
    const [run] = (await search(project, "alpha")).data;
    expect(run?.match?.snippet).toEqual([
      { text: "chat · ", hit: false },
      { text: "alpha", hit: true },
      { text: " beta · gamma delta", hit: false },
    ]);
  });

  test("a part's text ends at its bounds, between words", async () => {
    const project = await newProject();
    const id = hex(16);
    const long = Array.from({ length: 200 }, (_, n) => `word${n}`).join(" ");
    const root = call(id, "root", long);
    const others = Array.from({ length: 40 }, (_, n) =>
      call(id, "step", `${n} `.repeat(300), `answer${n} `.repeat(100), { parentSpanId: root.spanId }, n + 1),
    );
    await project.sendTraces(traces([root, ...others]));
    await settled(project, id);
    const [doc] = await docsOf(project.id);
    const words = (doc?.text ?? "").split(/[^\p{L}\p{N}]+/u);
    const last = words.findLast((word) => word.startsWith("word")) ?? "";
    expect(long).toContain(`${last} `);
    expect(long.indexOf(`${last} `)).toBeLessThan(VALUE_CHARS);
    expect(await found(project, "word0")).toEqual([id]);
    expect(await found(project, "word199")).toEqual([]);
    const marks = (doc?.text.match(/ \ue002 /g) ?? []).length * 3;
    expect((doc?.text.length ?? 0) - marks).toBeLessThanOrEqual(textChars(41));
    expect((doc?.text.length ?? 0) - marks).toBeGreaterThan(textChars(41) - 100);
  });

  test("a run that grows is found by each part, once, and not by what another part rules out", async () => {
    const project = await newProject();
    const id = hex(16);
    const root = call(id, "root", "a heron at the lake");
    await project.sendTraces(traces([call(id, "child", "heron and egret", "", { parentSpanId: root.spanId }, 5)]));
    await settled(project, id);
    expect(await found(project, "heron")).toEqual([id]);
    await project.sendTraces(traces([root]));
    await settled(project, id);
    expect(await found(project, "heron")).toEqual([id]);
    expect(await found(project, "egret")).toEqual([id]);
    expect(await found(project, "lake -egret")).toEqual([]);
    expect(await found(project, "heron -kite")).toEqual([id]);
    // All words must be in one part.
    expect(await found(project, "lake egret")).toEqual([]);
    const first = await search(project, "heron", { limit: "1" });
    expect(first.next_cursor).toBeNull();
  });

  test("what the log had already is no text of the part that brings it again", async () => {
    const project = await newProject();
    const id = hex(16);
    const heron = call(id, "chat", "a heron");
    await project.sendTraces(traces([heron]));
    await project.sendTraces(traces([heron, call(id, "chat", "an ibis", "", {}, 10)]));
    await settled(project, id);
    expect((await docsOf(project.id)).map(({ first_seq, text }) => [first_seq, readable(text)])).toEqual([
      [1, "chat · a heron"],
      [2, "chat · an ibis"],
    ]);
  });

  test("a part that came without its text, as older versions wrote it, is read for it", async () => {
    const project = await newProject();
    const id = hex(16);
    const context = { resource: {}, scope: { name: "test", version: "1" } };
    const { json, batchId } = encodePart(
      [context],
      [{ type: "CUSTOM", time: nanoFromMs(Date.now()), v: 1, data: { name: "note", value: "a stork" } }],
    );
    const { body, places } = packMembers([json]);
    const delta = JSON.stringify(emptyDelta("trace"));
    const part = {
      run: id,
      batchId,
      count: 1,
      links: NO_SPAN + NO_SPAN,
      place: places[0] as Place,
      delta,
      started: null,
    };
    const address = logAddress(env, project.id, id);
    await runLog(env, address).append(address, [part], body);
    await settled(project, id);
    expect((await docsOf(project.id)).map(({ text }) => readable(text))).toEqual(["note · a stork"]);
  });

  test("a delivery that comes again adds nothing", async () => {
    const project = await newProject();
    const id = await sendRun(project, "a kingfisher");
    await settled(project, id);
    const before = await docsOf(project.id);
    expect(before).toHaveLength(1);
    await Promise.all([1, 2, 3].map(() => projectLog(env, logAddress(env, project.id, id))));
    const again = await sendRun(project, "another kingfisher");
    await Promise.all([1, 2, 3].map(() => projectLog(env, logAddress(env, project.id, again))));
    await settled(project, again);
    expect((await docsOf(project.id)).map(({ run_id }) => run_id).sort()).toEqual([id, again].sort());
    const pointers = await env.DB.prepare(
      "SELECT count(*) AS n FROM segments AS s JOIN search_docs AS d ON d.rowid = s.doc AND d.run_id = s.run_id WHERE s.project_id = ?",
    )
      .bind(project.id)
      .first("n");
    expect(pointers).toBe(2);
  });

  test("another project's runs are never found, whatever is typed", async () => {
    const [mine, other] = [await newProject(), await newProject()];
    // The same run id in both.
    const id = hex(16);
    await mine.sendTraces(traces([call(id, "chat", "my nightjar")]));
    await other.sendTraces(traces([call(id, "chat", "secret nightjar bittern")]));
    const alone = await sendRun(other, `bittern ${projectToken(mine.id)} ${mine.id}`);
    for (const run of [id]) await settled(mine, run);
    for (const run of [id, alone]) await settled(other, run);
    expect(await found(mine, "nightjar")).toEqual([id]);
    expect((await search(mine, "nightjar")).data[0]?.match?.snippet.map(({ text }) => text).join("")).not.toContain(
      "secret",
    );
    for (const q of [
      "bittern",
      `bittern ${projectToken(other.id)}`,
      `x") OR project : "${projectToken(other.id)}" AND text : ("bittern`,
      `bittern" OR "bittern`,
      `project:${projectToken(other.id)}`,
      `${projectToken(other.id)}`,
      'nothing*" OR bittern OR "',
    ]) {
      expect(await found(mine, q), q).toEqual([]);
    }
    // What stands for a project is no word of its texts.
    expect(await found(other, projectToken(other.id))).toEqual([]);
    expect(await found(other, projectToken(mine.id))).toEqual([alone]);
  });

  test("deletion leaves neither a row nor a word", async () => {
    const project = await newProject();
    const [gone, stays] = [await sendRun(project, "xenolith quartz"), await sendRun(project, "feldspar quartz")];
    await settled(project, gone);
    await settled(project, stays);
    const other = await newProject();
    await other.sendTraces(traces([call(gone, "chat", "zeolite")]));
    await settled(other, gone);
    await env.DB.batch(deleteSearchDocs(env.DB, project.id, [gone, "no such run"]));
    expect(await found(project, "xenolith")).toEqual([]);
    expect(await found(project, "quartz")).toEqual([stays]);
    expect(await found(other, "zeolite")).toEqual([gone]);
    expect((await docsOf(project.id)).map(({ run_id }) => run_id)).toEqual([stays]);
    const { results } = await env.DB.prepare("SELECT hex(block) AS block FROM search_docs_data").all<{
      block: string;
    }>();
    const bytes = results.map(({ block }) => block).join(" ");
    const word = (letters: string) =>
      [...letters]
        .map((each) => each.charCodeAt(0).toString(16))
        .join("")
        .toUpperCase();
    expect(bytes).not.toContain(word("xenolith"));
    expect(bytes).toContain(word("eldspar"));
    await env.DB.prepare("INSERT INTO search_docs(search_docs, rank) VALUES ('integrity-check', 0)").run();
    await env.DB.batch(deleteSearchDocs(env.DB, project.id, [gone]));
  });

  test("where search is off, nothing is indexed and q says so", async () => {
    const project = await newProject();
    expect((await post(project, "/api/settings", { search: false }, "PUT")).status).toBe(200);
    const id = await sendRun(project, "a curlew");
    await settled(project, id);
    expect(await docsOf(project.id)).toEqual([]);
    const response = await project.fetch("/api/runs?q=curlew");
    expect(response.status).toBe(422);
    expect(await response.json()).toMatchObject({
      error: { code: "unprocessable", message: expect.stringContaining("off") },
    });
  });
});

describe("lists that are searched", () => {
  /** The same numbers each time. */
  function numbers(seed: number): (below: number) => number {
    let state = seed;
    return (below) => {
      state = (Math.imul(state, 48271) >>> 0) % 2147483647;
      return state % below;
    };
  }

  const WORDS = ["swift", "Stone", "été", "naïve", "東京", "大阪", "foo-bar", "v2", "Straße", "mole", "molehill", "北"];

  /** Words as the index is to see them, without the index: letters and digits, no marks, an ideograph each a word. */
  const wordsOf = (value: string): string[] =>
    value
      .toLowerCase()
      .normalize("NFD")
      .replace(/\p{M}/gu, "")
      .match(/\p{Script=Han}|(?:(?!\p{Script=Han})[\p{L}\p{N}])+/gu) ?? [];

  interface Sent {
    id: string;
    service: string;
    offset: number;
    texts: string[];
  }

  const has = (run: Sent, phrase: string, prefix = false) => {
    const wanted = wordsOf(phrase);
    return ["chat", ...run.texts].some((value) => {
      const words = wordsOf(value);
      return words.some((_, at) =>
        wanted.every((word, n) =>
          prefix && n === wanted.length - 1 ? words[at + n]?.startsWith(word) : words[at + n] === word,
        ),
      );
    });
  };

  let project: TestProject;
  const sent: Sent[] = [];

  beforeAll(async () => {
    project = await newProject();
    const below = numbers(11);
    const sentence = () => Array.from({ length: 1 + below(5) }, () => WORDS[below(WORDS.length)]).join(" ");
    for (let n = 0; n < 90; n++) {
      const run = {
        id: hex(16),
        service: below(9) === 0 ? "rare" : "usual",
        // Over a day, many at the same moment.
        offset: -below(40) * 2_100_000,
        texts: [`${sentence()} number${n}`, sentence()],
      };
      sent.push(run);
    }
    for (let n = 0; n < sent.length; n += 15) {
      for (const service of ["rare", "usual"]) {
        const spans = sent
          .slice(n, n + 15)
          .filter((run) => run.service === service)
          .map(({ id, texts, offset }) => call(id, "chat", texts[0] ?? "", texts[1], {}, offset));
        if (spans.length > 0) await project.sendTraces(traces(spans, service));
      }
    }
    for (const { id } of sent) await settled(project, id);
  });

  async function pages(q: string, more: Record<string, string>): Promise<string[]> {
    const ids: string[] = [];
    for (let cursor: string | null = null; ; ) {
      const page: Page = await search(project, q, { ...more, ...(cursor ? { cursor } : {}) });
      ids.push(...page.data.map(({ id }) => id));
      cursor = page.next_cursor;
      if (cursor === null) return ids;
    }
  }

  test("find what a reader of all texts finds, in the order of their start, page by page", async () => {
    const below = numbers(5);
    const word = () => WORDS[below(WORDS.length)] as string;
    for (let n = 0; n < 60; n++) {
      const [one, two, three] = [word(), word(), word()];
      const form = n % 6;
      const [q, fits] = (
        [
          [one, (run) => has(run, one)],
          [`${one} ${two}`, (run) => has(run, one) && has(run, two)],
          [`"${one} ${two}"`, (run) => has(run, `${one} ${two}`)],
          [`${one} -${two}`, (run) => has(run, one) && !has(run, two)],
          ["mol* st*", (run) => has(run, "mol", true) && has(run, "st", true)],
          [
            `"${one} ${two}" ${three} -number7`,
            (run) => has(run, `${one} ${two}`) && has(run, three) && !has(run, "number7"),
          ],
        ] as [string, (run: Sent) => boolean][]
      )[form] ?? ["", () => false];
      const order = below(2) === 0 ? "desc" : "asc";
      const service = [undefined, "rare", "usual"][below(3)];
      const expected = sent.filter((run) => fits(run) && (service === undefined || run.service === service));
      const ids = await pages(q, { limit: "7", order, ...(service ? { service } : {}) });
      expect([...ids].sort(), `${q} ${service}`).toEqual(expected.map(({ id }) => id).sort());
      const offsets = ids.map((id) => sent.find((run) => run.id === id)?.offset ?? 0);
      expect(offsets, q).toEqual([...offsets].sort((a, b) => (order === "asc" ? a - b : b - a)));
    }
  });

  test("combine with times, sessions and statuses", async () => {
    const from = new Date(Date.now() - 12 * 3_600_000).toISOString();
    const all = await search(project, "chat", { limit: "200" });
    expect(all.data).toHaveLength(90);
    const later = all.data.filter(({ started_at }) => started_at >= from).map(({ id }) => id);
    expect(later.length).toBeGreaterThan(10);
    expect(await found(project, "chat", { from, limit: "200" })).toEqual(later);
    expect((await found(project, "chat", { to: from, limit: "200" })).length).toBe(90 - later.length);
    expect(await found(project, "chat", { status: "error" })).toEqual([]);
    expect(await found(project, "chat", { status: "success", from, limit: "200" })).toEqual(later);
    expect(await found(project, "chat", { session_id: "none" })).toEqual([]);
    const inSession = await newProject();
    const id = hex(16);
    const session = [text("session.id", "s1"), text("gen_ai.prompt", "a plover")];
    await inSession.sendTraces(traces([span(id, "chat", 0, 10, { attributes: session })]));
    const outside = await sendRun(inSession, "a plover");
    await settled(inSession, id);
    await settled(inSession, outside);
    expect(await found(inSession, "plover", { session_id: "s1" })).toEqual([id]);
    expect((await found(inSession, "plover")).sort()).toEqual([id, outside].sort());
  });

  test("what comes in between two pages neither repeats nor hides a run", async () => {
    const own = await newProject();
    const ids: string[] = [];
    for (let n = 0; n < 6; n++) ids.push(await sendRun(own, `osprey ${n}`, "", -n * 60_000));
    for (const id of ids) await settled(own, id);
    const first = await search(own, "osprey", { limit: "3" });
    // Newer ones, and more of one that was shown and of one that was not.
    const newer = await sendRun(own, "osprey new", "", 60_000);
    for (const n of [1, 4]) {
      await own.sendTraces(traces([call(ids[n] ?? "", "more", "osprey again", "", {}, -n * 60_000 + 1)]));
      await settled(own, ids[n] ?? "");
    }
    await settled(own, newer);
    const second = await search(own, "osprey", { limit: "3", cursor: first.next_cursor ?? "" });
    expect([...first.data, ...second.data].map(({ id }) => id)).toEqual(ids);
    expect(second.next_cursor).toBeNull();
  });

  test("runs of a time that numbers have no room for are found too, and stand in the way of none", async () => {
    const own = await newProject();
    const ids: string[] = [];
    for (let n = 0; n < 3; n++) {
      ids.push(await sendRun(own, `dodo ${n}`, "", Date.parse("2255-01-01") - Date.now()));
      await settled(own, ids[n] ?? "");
    }
    expect((await found(own, "dodo")).sort()).toEqual(ids.sort());
  });

  test("a cursor of another list, and another order than by start, are refused", async () => {
    const { next_cursor } = await project.json<Page>("/api/runs?limit=5");
    expect(next_cursor).not.toBeNull();
    for (const [path, status] of [
      [`/api/runs?q=chat&cursor=${next_cursor}`, 400],
      ["/api/runs?q=chat&sort=cost", 422],
      [`/api/runs?q=${"x".repeat(501)}`, 400],
    ] as const) {
      expect((await project.fetch(path)).status, path).toBe(status);
    }
  });
});
