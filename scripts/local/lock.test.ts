import { existsSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { takeLock } from "./lock.ts";

const path = () => join(mkdtempSync(join(tmpdir(), "runlight-lock-")), "state", "runlight.lock");
/** What is in the command line of the process that runs these tests. */
const US = "node";

test("a state has one holder at a time", () => {
  const lock = path();
  const release = takeLock(lock, 8787, US);
  expect(JSON.parse(readFileSync(lock, "utf8"))).toEqual({ pid: process.pid, port: 8787 });
  expect(() => takeLock(lock, 8788, US)).toThrow(`already runs on this state (process ${process.pid}, port 8787)`);
  release();
  expect(existsSync(lock)).toBe(false);
  takeLock(lock, 8788, US)();
});

test("a lock whose holder is gone, is another program now, or cannot be read, is taken over", () => {
  const gone = path();
  takeLock(gone, 0, US)();
  // No process has this pid: it is over Linux' limit.
  for (const left of ['{"pid":4194305,"port":8787}', "", `{"pid":${process.pid},"port":1}`]) {
    writeFileSync(gone, left);
    takeLock(gone, 8788, "a program that nobody runs")();
  }
});
