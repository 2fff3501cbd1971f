import { expect, it } from "vitest";
import { returnPath } from "./return-path.ts";

it.each([
  ["/runs/abc?span=1", "/runs/abc?span=1"],
  ["/", "/"],
  [null, "/"],
  ["", "/"],
  ["https://evil.example", "/"],
  ["//evil.example", "/"],
  ["/\\evil.example", "/"],
  ["/\t/evil.example", "/"],
  ["javascript:alert(1)", "/"],
  ["/sign-in?next=/", "/"],
])("%s leads to %s", (wanted, path) => expect(returnPath(wanted)).toBe(path));
