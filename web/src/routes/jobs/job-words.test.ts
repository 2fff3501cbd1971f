import { describe, expect, it } from "vitest";
import { jobResult, jobTitle, progress } from "./job-words.ts";

describe("what a job is for", () => {
  it.each([
    ["reprice", {}, "Reprice past calls"],
    ["export", { run_id: "r", format: "otlp" }, "Export a run as OTLP JSON"],
    ["delete", { run_id: "r" }, "Delete a run"],
    ["delete", { session_id: "s" }, "Delete a session"],
    ["delete", { user_id: "u" }, "Delete a user's runs"],
    ["tidy", {}, "Tidy up by retention"],
    ["rebuild", { run_id: "r" }, "Rebuild a run"],
    ["rebuild", {}, "Rebuild the project"],
    ["rebuild", { recount: true }, "Rebuild the project and count anew"],
    ["rebuild-deployment", {}, "Rebuild all projects"],
    ["move-project", { project_id: "p", to: 1 }, "Move a project to another database"],
    ["a kind of tomorrow", null, "a kind of tomorrow"],
    ["constructor", {}, "constructor"],
  ])("%s of %j: %s", (kind, params, words) => expect(jobTitle({ kind, params })).toBe(words));
});

describe("what a job came to", () => {
  const deletion = { runs: 1, artifacts: 2, packs_rewritten: 3, packs_deleted: 3 };
  it.each([
    ["reprice", { runs: 1200, changed_runs: 1 }, "1,200 runs looked at; 1 has another cost now."],
    ["export", { format: "jsonl", events: 4, spans: 3, size: 2000 }, "4 events in 2.00 kB."],
    [
      "export",
      { format: "otlp", events: 4, spans: 3, size: 2000, left_out: 1 },
      "3 spans in 2.00 kB; 1 event left out.",
    ],
    ["delete", deletion, "1 run and 2 artifacts deleted; 3 packs of events written anew without them."],
    ["tidy", { ...deletion, runs: 0, retention_days: null }, "Nothing is too old: runs are kept for ever."],
    [
      "tidy",
      { runs: 5, retention_days: 30, minutes_pruned: 7 },
      "5 runs and 0 artifacts deleted; kept: 30 days; 7 old sums by the minute deleted.",
    ],
    ["rebuild", { runs: 9, packs: 2, corrected_runs: 0 }, "9 runs of 2 packs read; all of them were right."],
    [
      "rebuild",
      { runs: 9, packs: 2, corrected_runs: 1, recounted_runs: 3, recovered_parts: 1, damaged_packs: ["p"] },
      "9 runs of 2 packs read; 1 corrected; 3 counted anew; 1 lost part brought back; 1 damaged pack.",
    ],
    [
      "rebuild-deployment",
      {
        projects: [
          { project: "a", error: null },
          { project: "b", error: "No." },
        ],
      },
      "1 project rebuilt; 1 failed: b.",
    ],
    [
      "move-project",
      { project_id: "p", from: 0, to: 1, rows: 10, changes: 1, deleted: 10 },
      "p moved from shard 0 to 1; 10 rows and 1 later change copied; 10 old rows deleted.",
    ],
    ["rebuild", null, null],
    ["a kind of tomorrow", { runs: 1 }, null],
  ])("%s %j", (kind, result, words) => expect(jobResult({ kind, result })).toBe(words));
});

it("says how far a job is", () => {
  expect(progress({ status: "pending", done: 0, total: null })).toBe("waits for its turn");
  expect(progress({ status: "running", done: 1200, total: null })).toBe("1,200 done");
  expect(progress({ status: "success", done: 3, total: 12 })).toBe("3 of 12 done");
});
