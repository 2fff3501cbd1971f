import { expect, it } from "vitest";
import type { Run, Session } from "#lib/api.ts";
import { deletionWords } from "./words.ts";

it("names what goes with a run, and that a running one may come again", () => {
  const run = { id: "a/b", name: "", status: "running", span_count: 3, llm_call_count: 1 } as Run;
  expect(deletionWords({ of: "run", run })).toMatchObject({
    api: "/api/runs/a%2Fb",
    name: "Unnamed run",
    goes: ["its events, with 3 spans", "1 LLM call", "all artifacts", "what analytics and the search have of it"],
    warning: "The run goes on. What comes after this is taken for a new run.",
    list: { href: "/", word: "Runs" },
  });
  expect(deletionWords({ of: "run", run: { ...run, status: "success" } }).warning).toBeNull();
});

it("says how many runs go with a session", () => {
  const session = { id: "s", name: "chat", run_count: 1200, running_run_count: 2, llm_call_count: 0 } as Session;
  const words = deletionWords({ of: "session", session });
  expect([words.button, words.goes[0]]).toEqual(["Delete 1,200 runs", "1,200 runs, with all events"]);
  expect(words.warning).toBe("2 of its runs go on. What comes after this is taken for new runs.");
  expect(deletionWords({ of: "session", session: { ...session, running_run_count: 1 } }).warning).toMatch(
    /^1 .* goes on/,
  );
});
