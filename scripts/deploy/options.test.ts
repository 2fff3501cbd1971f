import { expect, test } from "vitest";
import { parseOptions } from "./options.ts";

const NONE = { dryRun: false, setKey: false, help: false };

test("flags are read", () => {
  expect(parseOptions([], {})).toEqual(NONE);
  expect(parseOptions(["--dry-run", "--set-key"], {})).toEqual({ ...NONE, dryRun: true, setKey: true });
});

test("a --dry-run that npm kept to itself is still a rehearsal", () => {
  expect(parseOptions([], { npm_config_dry_run: "true" })).toEqual({ ...NONE, dryRun: true });
});

test("an unknown flag is one sentence", () => {
  expect(() => parseOptions(["--force"], {})).toThrow(/^npm run deploy knows no "--force"; [^\n]*$/);
});
