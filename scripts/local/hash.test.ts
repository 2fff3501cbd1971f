import { mkdirSync, mkdtempSync, renameSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { hashOf } from "./hash.ts";

test("the hash changes with a file's content and name, and with nothing that tools write", () => {
  const root = mkdtempSync(join(tmpdir(), "runlight-hash-"));
  const put = (path: string, text: string) => {
    mkdirSync(join(root, path, ".."), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  put("src/a.ts", "1");
  put("lock.json", "{}");
  const hash = () => hashOf(root, ["src", "lock.json", "not-there"]);
  const first = hash();
  put("src/node_modules/x.js", "1");
  put("src/build/x.js", "1");
  put("other.ts", "1");
  expect(hash()).toBe(first);
  put("src/a.ts", "2");
  const second = hash();
  expect(second).not.toBe(first);
  renameSync(join(root, "src/a.ts"), join(root, "src/b.ts"));
  expect(hash()).not.toBe(second);
});
