import { expect, it } from "vitest";
import { sessionIdOf, sessionPath } from "./session-path.ts";

it.each(["chat-7", "a/b?c#d e%2F", "../../etc", "Straße 会話 🙂", "-", "%2F", "a\\b", "x".repeat(1000)])(
  "the address of %j gives it back",
  (id) => {
    const url = new URL(sessionPath(id), "http://runlight.test");
    expect(url.pathname).toMatch(/^\/sessions\/[^/]+$/);
    expect(sessionIdOf(decodeURIComponent(url.pathname.slice("/sessions/".length)), url.searchParams)).toBe(id);
  },
);

it("shows runs where browsers allow no address", () =>
  expect([sessionPath("."), sessionPath("..")]).toEqual(["/?session_id=.", "/?session_id=.."]));

it("survives half of a surrogate pair", () => expect(sessionPath("a\ud83d")).toBe("/sessions/a%EF%BF%BD"));
