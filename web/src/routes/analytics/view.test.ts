import { describe, expect, it } from "vitest";
import { apiQuery, granularityOf, parseView, runsPath, spanOf, toSearch, without } from "./view.ts";

const NOW = Date.parse("2026-11-21T12:00:00.000Z");
const HOUR = 3_600_000;
const parse = (search: string) => parseView(new URLSearchParams(search));

describe("the address of a view", () => {
  it.each([
    "",
    "?range=7d",
    "?range=7d&from=2026-11-20T00%3A00%3A00.000Z&to=2026-11-20T06%3A00%3A00.000Z&service=a+b&model=gpt&group_by=user",
  ])("%s is read and written alike", (search) => expect(toSearch(parse(search))).toBe(search));

  it.each([
    "?range=2y&group_by=secret",
    "?from=yesterday&to=2026-11-20",
    "?from=2026-11-20&to=2026-11-19",
    "?service=+",
  ])("%s says nothing", (search) => expect(parse(search)).toEqual({ range: "24h", group_by: "model" }));

  it("keeps the range that a zoom came from", () => {
    const zoomed = parse("?range=7d&from=2026-11-20T00:00:00Z&to=2026-11-20T06:00:00Z");
    expect(spanOf(zoomed, NOW)).toEqual({
      from: Date.parse("2026-11-20T00:00:00Z"),
      to: Date.parse("2026-11-20T06:00:00Z"),
      live: false,
    });
    expect(spanOf(without(zoomed, ["from", "to"]), NOW)).toEqual({ from: NOW - 168 * HOUR, to: NOW, live: true });
  });
});

describe("the steps of a chart", () => {
  const span = (hours: number, ago = 0) => ({ from: NOW - (ago + hours) * HOUR, to: NOW - ago * HOUR, live: false });
  it.each([
    [span(0.25), "none", "minute"],
    [span(6), "none", "minute"],
    [span(6), "user", "hour"],
    [span(6), "tag", "hour"],
    [span(24), "model", "hour"],
    // The period before would begin where minutes are no longer kept.
    [span(6, 37), "model", "hour"],
    [span(6, 35), "model", "minute"],
    [span(168), "none", "hour"],
    [span(30 * 24), "none", "day"],
    [span(90 * 24), "none", "day"],
  ] as const)("%j by %s are one %s long", (asked, group, expected) =>
    expect(granularityOf(asked, NOW, group)).toBe(expected),
  );
});

describe("what follows from a view", () => {
  const view = parse("?service=api&model=gpt");
  const span = spanOf(view, NOW);

  it("asks the API with the span and the filters that it knows", () => {
    expect(apiQuery(view, span, ["service"]).toString()).toBe(
      "from=2026-11-20T12%3A00%3A00.000Z&to=2026-11-21T12%3A00%3A00.000Z&service=api",
    );
  });

  it("leads from a group to its runs", () => {
    const from = "from=2026-11-20T12%3A00%3A00.000Z";
    expect(runsPath(view, span, { by: "user", value: "u&1" })).toBe(
      `/?service=api&model=gpt&user_id=u%261&${from}&sort=cost`,
    );
    expect(runsPath(view, { ...span, live: false }, { by: "model", value: "other" })).toBe(
      `/?service=api&model=other&${from}&to=2026-11-21T12%3A00%3A00.000Z&sort=cost`,
    );
    expect([
      runsPath(view, span, { by: "operation", value: "chat" }),
      runsPath(view, span, { by: "model", value: "" }),
      runsPath(view, span, { by: "model", value: null }),
    ]).toEqual([null, null, null]);
  });
});
