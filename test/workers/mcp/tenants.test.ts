import type { Client } from "@modelcontextprotocol/client";
import { beforeAll, describe, expect, test } from "vitest";
import type { Artifact } from "../../../src/domain/artifacts/schema.ts";
import type { RunEvent } from "../../../src/events/event.ts";
import { TOOLS } from "../../../src/mcp/tools/index.ts";
import { callAttributes, eventually, hex, newProject, span, type TestProject, traces } from "../helpers.ts";
import { connect } from "../mcp-client.ts";
import { type Ids, ROWS } from "./rows.ts";

/** In everything that the other project wrote: no answer to anybody else has it. */
const THEIRS = "zebra";

const text = (key: string, stringValue: string) => ({ key, value: { stringValue } });

/** A run of a user in a session, with two model calls, a failed tool, and a run that it began. */
async function sendRun(project: TestProject) {
  const [run, session, user] = [hex(16), `${THEIRS}-chat-${hex(4)}`, `${THEIRS}-user-${hex(4)}`];
  const of = [text("session.id", session), text("user.id", user)];
  const root = span(run, `${THEIRS} agent`, 0, 900, { attributes: of });
  const said = JSON.stringify([{ role: "user", parts: [{ type: "text", content: `my ${THEIRS} is ill` }] }]);
  const call = (offset: number) =>
    span(run, `${THEIRS} chat`, offset, 100, {
      parentSpanId: root.spanId,
      attributes: [...callAttributes("gpt-4o", 900, 20), text("gen_ai.input.messages", said), ...of],
    });
  const calls = [call(100), call(300)];
  const tool = span(run, `${THEIRS} tool`, 500, 100, {
    parentSpanId: root.spanId,
    status: { code: 2, message: `no such ${THEIRS}` },
  });
  await project.sendTraces(traces([root, ...calls, tool], `${THEIRS}-service`));
  await project.fetch("/api/runs", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ kind: "agent", name: `${THEIRS} child`, parent_run_id: run }),
  });
  return { run, session, user, span: calls[0]?.spanId as string };
}

async function ask(client: Client, name: string, args: Record<string, unknown>) {
  const { content, structuredContent, isError = false } = await client.callTool({ name, arguments: args });
  const said = (content as { text: string }[]).map((each) => each.text).join("");
  return { said, output: structuredContent, isError };
}

/** Their project with everything that has an id, and one with a run of the caller's. */
async function setUp() {
  const [theirs, mine] = [await newProject(), await newProject()];
  const own = hex(16);
  await mine.sendTraces(traces([span(own, "own")], "own-service"));
  const sent = await sendRun(theirs);
  const client = await connect(theirs.key);
  const first = { thought: `Is the ${THEIRS} ill?`, thought_number: 1, total_thoughts: 2, next_thought_needed: true };
  const { output } = await ask(client, "sequential_thinking", first);
  const put = await theirs.fetch(`/api/runs/${sent.run}/artifacts/${THEIRS}.txt`, {
    method: "PUT",
    headers: { "content-type": "text/plain", "content-length": "5" },
    body: THEIRS,
  });
  const secondPage = async (tool: string) => {
    const { next_cursor } = await eventually(
      async () => (await ask(client, tool, { limit: 1 })).output as { next_cursor: string | null },
      (page) => page.next_cursor !== null,
    );
    return next_cursor as string;
  };
  await eventually(
    () => theirs.json<{ data: { span_count: number }[] }>("/api/runs"),
    ({ data }) => data.some(({ span_count }) => span_count === 4),
  );
  const ids: Ids = {
    ...sent,
    reasoning: (output as { session_id: string }).session_id,
    artifact: ((await put.json()) as Artifact).id,
    runsCursor: await secondPage("search_runs"),
    sessionsCursor: await secondPage("list_sessions"),
    callsCursor: await secondPage("get_llm_calls"),
    mine: own,
  };
  return { theirs, mine, ids, client, stranger: await connect(mine.key) };
}

const logOf = async ({ theirs, ids }: Awaited<ReturnType<typeof setUp>>) =>
  Promise.all(
    [ids.run, ids.reasoning].map(
      async (id) => (await theirs.json<{ data: RunEvent[] }>(`/api/runs/${id}/events?limit=1000`)).data,
    ),
  );

/** Names of arguments that could name something of a project. */
function references(schema: unknown): string[] {
  if (typeof schema !== "object" || schema === null) return [];
  const { properties = {}, ...rest } = schema as { properties?: Record<string, unknown> };
  const names = Object.keys(properties).filter((name) => /^(a|b|focus|cursor)$|(^|_)ids?$/.test(name));
  return [...names, ...[...Object.values(properties), ...Object.values(rest)].flatMap(references)];
}

/** What looks like a reference and is none: names that the caller makes up, and a choice. */
const OWN_NAMES = new Set(["branch_id", "id of write_events", "focus of explain_run"]);

describe("what is another project's", () => {
  let setup: Awaited<ReturnType<typeof setUp>>;
  let before: RunEvent[][];

  beforeAll(async () => {
    setup = await setUp();
    before = await logOf(setup);
  });

  test("is tried with every tool, and every argument that could name it", async () => {
    const { tools } = await setup.stranger.listTools();
    expect(tools.map(({ name }) => name)).toEqual(TOOLS.map(({ name }) => name));
    expect(tools.filter(({ name }) => !ROWS[name]).map(({ name }) => name)).toEqual([]);
    for (const { name, inputSchema } of tools) {
      const tried = JSON.stringify(ROWS[name]?.foreign(setup.ids));
      const untried = references(inputSchema).filter(
        (each) => !OWN_NAMES.has(each) && !OWN_NAMES.has(`${each} of ${name}`) && !tried.includes(`"${each}":`),
      );
      expect(untried, name).toEqual([]);
    }
  });

  test("is not there as a resource, nor in lists and completions", async () => {
    const { ids, stranger, client } = setup;
    const uris = [ids.run, ids.reasoning].map((id) => `run://${id}`);
    uris.push(...[ids.session, ids.reasoning].map((id) => `session://${encodeURIComponent(id)}`));
    for (const uri of uris) {
      await expect(stranger.readResource({ uri })).rejects.toThrow(/(run|session)_not_found/);
      expect((await client.readResource({ uri })).contents).toHaveLength(1);
    }
    const { resourceTemplates } = await stranger.listResourceTemplates();
    expect(resourceTemplates.map(({ uriTemplate }) => uriTemplate).sort()).toEqual(["run://{id}", "session://{id}"]);
    expect(JSON.stringify(await stranger.listResources())).not.toMatch(new RegExp(`${THEIRS}|${ids.run}`));
    for (const { uriTemplate } of resourceTemplates) {
      const complete = async (whose: Client) =>
        whose.complete({ ref: { type: "ref/resource", uri: uriTemplate }, argument: { name: "id", value: "" } });
      const { values } = (await complete(stranger)).completion;
      expect(values.filter((value) => value !== ids.mine)).toEqual([]);
      expect((await complete(client)).completion.values).toContain(ids.reasoning);
    }
  });

  test("is not there in prompts and their completions", async () => {
    const { ids, stranger } = setup;
    const { prompts } = await stranger.listPrompts();
    expect(prompts.length).toBeGreaterThan(0);
    for (const { name, arguments: args = [] } of prompts) {
      for (const argument of args) {
        const { completion } = await stranger.complete({
          ref: { type: "ref/prompt", name },
          argument: { name: argument.name, value: "" },
        });
        expect(completion.values.filter((value) => value !== ids.mine)).toEqual([]);
      }
      const given = Object.fromEntries(args.filter(({ required }) => required).map((each) => [each.name, ids.run]));
      const { messages } = await stranger.getPrompt({ name, arguments: given });
      expect(JSON.stringify(messages)).not.toContain(THEIRS);
    }
  });

  test.each(TOOLS.map(({ name }) => name))("is not there for %s", async (name) => {
    const { ids, stranger } = setup;
    for (const [args, answer] of ROWS[name]?.foreign(ids) ?? []) {
      const told = await ask(stranger, name, args);
      const what = `${name} ${JSON.stringify(args)}: ${told.said}`;
      if (typeof answer === "string") {
        expect(told.isError, what).toBe(true);
        expect(told.said).toMatch(new RegExp(`^${answer}: `));
      } else {
        expect(told.isError, what).toBe(false);
        expect(told.output).toMatchObject(answer);
      }
      // Beyond what the question itself had.
      const heard = Object.values(ids).reduce((left, id) => left.replaceAll(id, ""), `${told.said}`);
      expect(heard, what).not.toContain(THEIRS);
    }
  });

  test("was changed by none of it", async () => {
    expect(await logOf(setup)).toEqual(before);
  });

  // Last: its owner's calls write. Otherwise all of the above would hold for ids that are simply wrong.
  test.each(TOOLS.map(({ name }) => name))("is there for its owner with %s", async (name) => {
    const { ids, client } = setup;
    const calls = ROWS[name]?.foreign(ids) ?? [];
    for (const [args, answer] of calls.filter(([args]) => !JSON.stringify(args).includes(ids.mine))) {
      const { said, output } = await ask(client, name, args);
      if (typeof answer === "string") expect(said).not.toMatch(new RegExp(`^${answer}: `));
      else if (Object.values(answer).some((value) => Array.isArray(value))) expect(output).not.toMatchObject(answer);
    }
  });
});
