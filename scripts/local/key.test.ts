import { mkdtempSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parseDevVars, setDevVar } from "./dev-vars.ts";
import { findKey, keepKey, makeKey } from "./key.ts";

const file = () => join(mkdtempSync(join(tmpdir(), "runlight-key-")), ".dev.vars");

test("a made key is rl_ and 40 letters and digits, and never the same", () => {
  expect(makeKey()).toMatch(/^rl_[0-9A-Za-z]{40}$/);
  expect(makeKey()).not.toBe(makeKey());
});

test("the first start makes a key that only its owner can read, later ones find it", () => {
  const path = file();
  const key = keepKey(path, {});
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(keepKey(path, {})).toBe(key);
  expect(findKey(path, {})).toBe(key);
});

test("the environment wins over the kept key, and is not kept", () => {
  const path = file();
  const kept = keepKey(path, {});
  expect(keepKey(path, { RUNLIGHT_API_KEY: "rl_mine" })).toBe("rl_mine");
  expect(keepKey(path, { RUNLIGHT_API_KEY: "" })).toBe(kept);
});

test("other secrets in the file stay as they are", () => {
  const path = file();
  writeFileSync(path, "# models\nOPENAI_API_KEY=sk-1");
  const key = keepKey(path, {});
  expect(readFileSync(path, "utf8")).toBe(`# models\nOPENAI_API_KEY=sk-1\nRUNLIGHT_API_KEY=${key}\n`);
});

test("a key that no header can carry is refused with a sentence", () => {
  expect(() => keepKey(file(), { RUNLIGHT_API_KEY: "two words" })).toThrow(/holds a blank/);
});

test("lines of .dev.vars", () => {
  const text = ["A=1", 'B="two words" # why', "export C='x=y'", "# D=4", "E = 5 # five", "F=a#b", "", "no line"].join(
    "\n",
  );
  expect(parseDevVars(text)).toEqual({ A: "1", B: "two words", C: "x=y", E: "5", F: "a#b" });
});

test("setting a line replaces it or adds it at the end", () => {
  expect(setDevVar("A=1\nB=2\n", "A", "$&")).toBe("A=$&\nB=2\n");
  expect(setDevVar("A=1", "B", "2")).toBe("A=1\nB=2\n");
  expect(setDevVar("", "B", "2")).toBe("B=2\n");
});
