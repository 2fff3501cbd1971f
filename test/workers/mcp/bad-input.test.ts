import type { Client } from "@modelcontextprotocol/client";
import { beforeAll, describe, expect, test } from "vitest";
import { TOOLS } from "../../../src/mcp/tools/index.ts";
import { newKey, newProject, type TestProject } from "../helpers.ts";
import { connect } from "../mcp-client.ts";
import { ROWS } from "./rows.ts";

/** What of JSON Schema tools describe their arguments with. */
interface Schema {
  type?: string;
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: unknown;
  items?: Schema;
  anyOf?: Schema[];
  enum?: unknown[];
  pattern?: string;
  const?: unknown;
  minLength?: number;
  maxLength?: number;
  maxItems?: number;
  minimum?: number;
  maximum?: number;
}

type Args = Record<string, unknown>;
/** What is wrong, and the arguments with it. */
type Bad = [what: string, field: string, args: Args];

/** Arguments that each break the schema in one place. @param valid arguments that break it nowhere */
function broken(schema: Schema, valid: Args): Bad[] {
  const { properties = {}, required = [] } = schema;
  const bad: Bad[] = [["unknown", "nonsense", { ...valid, nonsense: 1 }]];
  for (const name of required) {
    bad.push(["missing", name, Object.fromEntries(Object.entries(valid).filter(([each]) => each !== name))]);
  }
  for (const [name, field] of Object.entries(properties)) {
    const wrong = (what: string, value: unknown) => bad.push([what, name, { ...valid, [name]: value }]);
    // Where anything is welcome nothing is of another type.
    if (field.type || field.anyOf || field.enum) {
      wrong("of another type", field.type === "object" ? [] : {});
      wrong("null", null);
    }
    if (field.enum) wrong("no choice", "nonsense");
    if (field.minLength) wrong("empty", "");
    if (field.maxLength !== undefined) wrong("too long", "x".repeat(field.maxLength + 1));
    if (field.maxItems !== undefined) wrong("too many", Array(field.maxItems + 1).fill(example(field.items)));
    if (field.minimum !== undefined) wrong("too small", field.minimum - 1);
    if (field.maximum !== undefined) wrong("too large", field.maximum + 1);
    if (field.type === "integer") wrong("a fraction", (field.minimum ?? 0) + 0.5);
    const inner = field.type === "array" ? field.items : field;
    if (inner?.properties) {
      const given = field.type === "array" ? (valid[name] as Args[] | undefined)?.[0] : valid[name];
      for (const [what, at, value] of broken(inner, (given as Args) ?? {})) {
        bad.push([what, `${name}.${at}`, { ...valid, [name]: field.type === "array" ? [value] : value }]);
      }
    }
  }
  return bad;
}

function example({ type, properties, enum: some, minimum = 0 }: Schema = {}): unknown {
  if (some) return some[0];
  if (type === "string") return "x";
  if (properties) return Object.fromEntries(Object.entries(properties).map(([name, each]) => [name, example(each)]));
  return minimum;
}

/** Places of a schema where a caller could send as much as it likes. */
function boundless(schema: Schema, path: string): string[] {
  const { type, properties = {}, items, anyOf = [], additionalProperties } = schema;
  const inner = [
    ...Object.entries(properties).flatMap(([name, each]) => boundless(each, `${path}.${name}`)),
    ...(items ? boundless(items, `${path}[]`) : []),
    ...anyOf.flatMap((each) => boundless(each, path)),
  ];
  const closed = schema.enum !== undefined || schema.const !== undefined || schema.pattern !== undefined;
  const open =
    (type === "string" && schema.maxLength === undefined && !closed) ||
    (type === "array" && schema.maxItems === undefined) ||
    (type === "object" && Object.keys(properties).length > 0 && additionalProperties !== false);
  return open ? [path, ...inner] : inner;
}

describe("bad arguments", () => {
  let project: TestProject;
  let client: Client;
  let schemas: Map<string, Schema>;

  beforeAll(async () => {
    project = await newProject();
    client = await connect(project.key);
    schemas = new Map((await client.listTools()).tools.map(({ name, inputSchema }) => [name, inputSchema as Schema]));
  });

  async function refusal(name: string, args: Args): Promise<string> {
    const { content, isError } = await client.callTool({ name, arguments: args });
    const said = (content as { text: string }[]).map(({ text }) => text).join("");
    expect(isError, `${name} ${JSON.stringify(args).slice(0, 300)}: ${said.slice(0, 300)}`).toBe(true);
    return said;
  }

  test.each(TOOLS.map(({ name }) => name))("%s limits all that it is given", (name) => {
    expect(boundless(schemas.get(name) as Schema, name)).toEqual([]);
  });

  test.each(TOOLS.map(({ name }) => name))("%s says which of them is wrong", async (name) => {
    const bad = broken(schemas.get(name) as Schema, ROWS[name]?.valid ?? {});
    expect(bad.length).toBeGreaterThan(1);
    for (const [what, field, args] of bad) {
      const said = await refusal(name, args);
      expect(said, what).toMatch(/^Input validation error: /);
      for (const part of field.split(".")) expect(said, what).toContain(part);
      expect(said.length).toBeLessThan(2_000);
    }
  });

  const refused = Object.entries(ROWS).flatMap(([name, row]) =>
    (row.refused ?? []).map(([args, code]) => [name, args, code] as const),
  );
  test.each(refused)("%s refuses %j", async (name, args, code) => {
    expect(await refusal(name, args)).toMatch(new RegExp(`^${code}: .*[.:]`));
  });

  test("a tool that is not there is named", async () => {
    for (const name of ["no_such_tool", "constructor", "__proto__"]) {
      await expect(client.callTool({ name, arguments: {} })).rejects.toMatchObject({ code: -32602 });
    }
  });

  test("resources and prompts say what is wrong, too", async () => {
    for (const uri of ["run://%E0%A4%A", "session://%", "run://", `run://${"x".repeat(200)}`, "nonsense://x"]) {
      await expect(client.readResource({ uri }), uri).rejects.toMatchObject({ code: -32602 });
    }
    await expect(client.getPrompt({ name: "no_such_prompt" })).rejects.toMatchObject({ code: -32602 });
    const ref = { type: "ref/resource", uri: "nonsense://{id}" } as const;
    await expect(client.complete({ ref, argument: { name: "id", value: "" } })).rejects.toMatchObject({ code: -32602 });
  });

  test("arguments of prompts have limits, too", async () => {
    const { prompts } = await client.listPrompts();
    for (const { name, arguments: args = [] } of prompts) {
      const valid = Object.fromEntries(args.filter(({ required }) => required).map((each) => [each.name, "r"]));
      for (const { name: field } of args) {
        const long = client.getPrompt({ name, arguments: { ...valid, [field]: "x".repeat(2_000) } });
        await expect(long, `${name} ${field}`).rejects.toMatchObject({
          code: -32602,
          message: expect.stringContaining(field),
        });
      }
    }
  });

  test("a key that may not read is told so everywhere", async () => {
    const sender = await connect(await newKey(project.id, ["ingest"]));
    for (const { name, scope } of TOOLS) {
      const { content } = await sender.callTool({ name, arguments: ROWS[name]?.valid ?? {} });
      const says = [scope].flat().includes("ingest") ? /^{/ : /^forbidden: .*\bscope\b/;
      expect((content as { text: string }[])[0]?.text, name).toMatch(says);
    }
    const forbidden = { code: -32602, message: expect.stringContaining("forbidden: ") };
    const argument = { name: "id", value: "" };
    await expect(sender.listResources()).rejects.toMatchObject(forbidden);
    for (const uri of ["run://r", "session://s"]) {
      await expect(sender.readResource({ uri })).rejects.toMatchObject(forbidden);
      const ref = { type: "ref/resource", uri: `${uri.slice(0, -1)}{id}` } as const;
      await expect(sender.complete({ ref, argument })).rejects.toMatchObject(forbidden);
    }
    const ref = { type: "ref/prompt", name: "debug_run" } as const;
    await expect(sender.complete({ ref, argument: { name: "run_id", value: "" } })).rejects.toMatchObject(forbidden);
    await sender.close();
  });

  test("a request that is too large, or is none, is refused as a whole", async () => {
    const post = (body: string) =>
      project.fetch("/mcp", {
        method: "POST",
        headers: { "content-type": "application/json", accept: "application/json, text/event-stream" },
        body,
      });
    expect((await post(JSON.stringify({ a: "x".repeat(1024 * 1024) }))).status).toBe(413);
    for (const body of ["", "{", "[]", "null", "7", '{"jsonrpc":"2.0"}', "[".repeat(100_000)]) {
      expect((await post(body)).status, body.slice(0, 20)).toBe(400);
    }
  });
});
