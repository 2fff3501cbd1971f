import { expect, test } from "vitest";
import { presentedKey } from "./authenticate.ts";

test.each([
  ["Bearer rl_abc", undefined, "rl_abc"],
  ["bearer   rl_abc", undefined, "rl_abc"],
  ["rl_abc", undefined, "rl_abc"],
  [`Basic ${btoa("pk-lf-1:rl_abc")}`, undefined, "rl_abc"],
  [`Basic ${btoa("rl_abc:")}`, undefined, "rl_abc"],
  [undefined, "rl_abc", "rl_abc"],
  ["Bearer rl_abc", "rl_other", "rl_abc"],
  ["Bearer", undefined, null],
  ["", undefined, null],
  [undefined, undefined, null],
  [undefined, "  ", null],
])("Authorization %j with x-api-key %j is the key %j", (authorization, apiKey, key) => {
  expect(presentedKey(authorization, apiKey)).toBe(key);
});
