import { describe, expect, it } from "vitest";
import { ancestors, findInJson, jsonRows } from "./json-rows.ts";

const show = (value: unknown, ...open: string[]) =>
  jsonRows(value, new Set(open)).map((row) => `${" ".repeat(row.depth)}${row.label ?? "·"} ${row.preview}`);

describe("rows", () => {
  it("are only those that are open", () => {
    const value = { a: [1, { b: true }], "c/d": null, e: "x", f: {} };
    expect(show(value)).toEqual(["· { a, c/d, e, f }"]);
    expect(show(value, "", "/a")).toEqual([
      "· { a, c/d, e, f }",
      " a [2]",
      "  0 1",
      "  1 { b }",
      " c/d null",
      ' e "x"',
      " f {}",
    ]);
    expect(jsonRows(value, new Set([""]))[2]?.path).toBe("/c~1d");
  });

  it("open a string of JSON as what it holds", () => {
    expect(show({ args: '{"q":[1]}' }, "", "/args", "/args/q")).toEqual([
      "· { args }",
      ' args "{"q":[1]}"',
      "  q [1]",
      "   0 1",
    ]);
  });

  it("open a long text, and what only looks like JSON, as lines", () => {
    expect(show({ text: `${"x".repeat(150)}\nend`, odd: "{no}" }, "", "/text", "/odd").slice(1)).toEqual([
      ` text "${"x".repeat(150)}⏎end"`,
      `  · ${"x".repeat(120)}`,
      `  · ${"x".repeat(30)}`,
      "  · end",
      ' odd "{no}"',
      "  · {no}",
    ]);
  });

  it("stop somewhere in a huge list, and say so", () => {
    const rows = jsonRows(
      Array.from({ length: 100_000 }, (_, at) => at),
      new Set([""]),
    );
    expect([rows.length, rows.at(-1)?.preview]).toEqual([20_002, "80,000 more are only in the raw view"]);
  });

  it("take any depth", () => {
    let value: unknown = 1;
    const open = new Set<string>();
    for (let at = 0; at < 10_000; at++) value = [value];
    for (let path = "", at = 0; at < 2000; at++, path += "/0") open.add(path);
    expect(jsonRows(value, open)).toHaveLength(2001);
  });
});

it("finds keys and values and opens what hides them", () => {
  const value = { user: { Name: "Ada" }, list: [{ note: "adagio" }, 7], "": "ada" };
  const found = findInJson(value, "ada");
  expect(found).toEqual(["/user/Name", "/list/0/note", "/"]);
  expect([...ancestors(found)].toSorted()).toEqual(["", "/list", "/list/0", "/user"]);
  expect(findInJson(value, "name")).toEqual(["/user/Name"]);
  expect(findInJson({ args: '{"q":["needle"]}', odd: "{needle}" }, "needle")).toEqual(["/args/q/0", "/odd"]);
});
