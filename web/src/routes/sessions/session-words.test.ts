import { expect, it } from "vitest";
import { sessionStatus, sessionTitle } from "./session-words.ts";

it.each([
  [{ run_count: 3, running_run_count: 1, failed_run_count: 1 }, "running"],
  [{ run_count: 3, running_run_count: 0, failed_run_count: 1 }, "success"],
  [{ run_count: 3, running_run_count: 0, failed_run_count: 3 }, "error"],
])("%j is %s", (session, status) => expect(sessionStatus(session)).toBe(status));

it("has a title whatever its runs are called", () =>
  expect([sessionTitle({ id: "s", name: "chat" }), sessionTitle({ id: "s", name: "" })]).toEqual([
    "chat",
    "Unnamed session",
  ]));
