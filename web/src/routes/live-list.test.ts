import { expect, it } from "vitest";
import type { Run } from "#lib/api.ts";
import { append, arrive, compareBy, drop, type LiveList, release } from "./live-list.ts";

const run = (id: string, minute: number, more: Partial<Run> = {}) =>
  ({ id, started_at: `2026-11-21T09:${String(minute).padStart(2, "0")}:00.000Z`, last_seq: 1, ...more }) as Run;
const list = (...rows: Run[]): LiveList => ({ rows, waiting: [], more: false });
const ids = ({ rows, waiting }: LiveList) => `${rows.map((r) => r.id).join("")}|${waiting.map((r) => r.id).join("")}`;
const open = { fits: () => true, hold: false };

it("puts a new run in its place by start", () => {
  expect(ids(arrive(list(run("c", 30), run("a", 10)), [run("b", 20), run("d", 40)], open))).toBe("dcba|");
});

it("changes a known run in place and never back", () => {
  const now = arrive(
    list(run("a", 10, { last_seq: 5, status: "running" })),
    [run("a", 10, { last_seq: 9, status: "success" })],
    open,
  );
  expect(now.rows[0]?.status).toBe("success");
  expect(arrive(now, [run("a", 10, { last_seq: 6, status: "running" })], open).rows[0]?.status).toBe("success");
});

it("lets new runs wait while the reader is further down, but still changes rows", () => {
  const held = arrive(
    list(run("a", 10)),
    [run("b", 20), run("a", 10, { last_seq: 2 }), run("b", 20, { last_seq: 3 })],
    {
      ...open,
      hold: true,
    },
  );
  expect(ids(held)).toBe("a|b");
  expect([held.rows[0]?.last_seq, held.waiting[0]?.last_seq]).toEqual([2, 3]);
  expect(ids(release(held))).toBe("ba|");
});

it("drops a run that no longer fits, unless rows would move under the reader", () => {
  const none = { fits: () => false, hold: false };
  expect(ids(arrive(list(run("a", 10)), [run("a", 10)], none))).toBe("|");
  expect(ids(arrive(list(run("a", 10)), [run("a", 10)], { ...none, hold: true }))).toBe("a|");
});

it("takes out what was deleted, shown or waiting", () => {
  const held = { ...list(run("b", 20), run("a", 10)), waiting: [run("c", 30)] };
  expect(ids(drop(held, ["b", "c", "x"]))).toBe("a|");
});

it("leaves runs older than the loaded rows to their page", () => {
  expect(ids(arrive({ ...list(run("b", 20)), more: true }, [run("a", 10)], open))).toBe("b|");
});

it("appends a page without showing a run twice", () => {
  expect(ids(append(list(run("b", 20)), [run("b", 20), run("a", 10)], false))).toBe("ba|");
});

it("keeps the order that the list is sorted by, with what does not know the value at the end", () => {
  const rows = [
    run("a", 10, { cost_usd: 3 }),
    run("b", 20, { cost_usd: 1 }),
    run("d", 40, { cost_usd: null }),
    run("c", 30, { cost_usd: null }),
  ];
  const arrivals = [run("e", 50, { cost_usd: 2 }), run("f", 35, { cost_usd: null }), run("g", 1, { cost_usd: 1 })];
  const by = (sort: "cost" | "cheap" | "oldest") =>
    ids(arrive(list(...rows.toSorted(compareBy(sort))), arrivals, { ...open, compare: compareBy(sort) }));
  expect([by("cost"), by("cheap"), by("oldest")]).toEqual(["aegbdfc|", "bgeadfc|", "gabcfde|"]);
});
