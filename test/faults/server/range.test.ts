import { readFileSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { Range, type Shot } from "./range.ts";

const shot = (n: number, path: string): Shot => ({ n, method: "POST", path, headers: {}, body: Uint8Array.of(n, 7) });

test("an answer of 500, one without a word, one that never comes and a broken connection are found, and the bodies kept", async () => {
  const range = new Range(
    "range-test",
    ({ path }) => {
      if (path === "/hangs") return new Promise(() => {});
      if (path === "/breaks") return Promise.reject(new Error("socket hang up"));
      return Promise.resolve(new Response(path === "/mute" ? "" : "{}", { status: Number(path.slice(1)) || 400 }));
    },
    20,
  );
  for (const [n, path] of ["/200", "/400", "/413", "/500", "/503", "/mute", "/hangs", "/breaks"].entries()) {
    await range.fire(shot(n, path));
  }
  const files = [3, 4, 5, 6, 7].map((n) => `test-results/faults/range-test-${n}.bin`);
  expect(range.failures).toEqual([
    `500 {}: POST /500, body in ${files[0]}`,
    `503 {}: POST /503, body in ${files[1]}`,
    `400 without a word: POST /mute, body in ${files[2]}`,
    `Error: No answer within 20 ms: POST /hangs, body in ${files[3]}`,
    `Error: socket hang up: POST /breaks, body in ${files[4]}`,
  ]);
  for (const file of files) {
    const path = fileURLToPath(new URL(`../../../${file}`, import.meta.url));
    expect(readFileSync(path)[1]).toBe(7);
    rmSync(path);
    rmSync(`${path}.json`);
  }
});
