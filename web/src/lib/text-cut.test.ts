import { expect, it } from "vitest";
import { cutAt, pretty } from "./text-cut.ts";

it("shows short texts whole", () => {
  expect(cutAt("short", 100, 10)).toBe(5);
  expect(cutAt("x".repeat(110), 100, 10)).toBe(110);
});

it("cuts long ones by characters or lines", () => {
  expect(cutAt("x".repeat(1000), 100, 10)).toBe(100);
  expect(cutAt("line\n".repeat(50), 100_000, 10)).toBe(49);
  expect(cutAt(`${"x".repeat(90)}\n${"y".repeat(900)}`, 100, 10)).toBe(90);
});

it("does not cut a character in two", () => {
  expect(cutAt("🙂".repeat(500), 101, 10)).toBe(100);
});

it("opens JSON for reading and leaves text alone", () => {
  expect(pretty({ a: 1 })).toBe('{\n  "a": 1\n}');
  expect(pretty('{"a":1}')).toBe('{\n  "a": 1\n}');
  expect(pretty("{not json")).toBe("{not json");
  expect(pretty(undefined)).toBe("null");
});
