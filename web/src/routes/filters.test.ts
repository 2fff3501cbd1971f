import { describe, expect, it } from "vitest";
import type { Run } from "#lib/api.ts";
import { chips, matches, parseFilters, toApiQuery, toSearch, without } from "./filters.ts";

const now = Date.parse("2026-11-21T12:00:00Z");
const run = (more: Partial<Run> = {}) =>
  ({
    status: "success",
    kind: "trace",
    service: "api",
    session_id: "s1",
    user_id: null,
    error_count: 0,
    environment: "production",
    cost_usd: 0.25,
    duration_ms: 1500,
    tools: ["weather"],
    models: ["m1", "m2"],
    providers: ["p1"],
    tags: ["t1", "t2"],
    started_at: "2026-11-21T11:30:00.123456Z",
    ...more,
  }) as Run;

describe("the address", () => {
  it("holds the filter and gives it back", () => {
    const search = "?status=error&kind=agent&service=a+b&user_id=u%261&range=1h&has_error=true";
    const filters = parseFilters(new URLSearchParams(search));
    expect(filters).toEqual({
      status: "error",
      kind: "agent",
      service: "a b",
      user_id: "u&1",
      range: "1h",
      has_error: true,
    });
    expect(toSearch(filters)).toBe(search);
  });

  it("may hold nonsense, which is left out", () => {
    expect(
      parseFilters(new URLSearchParams("status=odd&range=toString&from=yesterday&has_error=yes&service=%20")),
    ).toEqual({});
    expect(toSearch({})).toBe("");
  });

  it("holds the order, which is no filter to be removed", () => {
    const filters = parseFilters(new URLSearchParams("tag=beta&sort=cheap"));
    expect(filters).toEqual({ tag: "beta", sort: "cheap" });
    expect(toSearch(filters)).toBe("?tag=beta&sort=cheap");
    expect(toApiQuery(filters, now).toString()).toBe("tag=beta&sort=cost&order=asc");
    expect(chips(filters).map((chip) => chip.label)).toEqual(["Tag"]);
    expect(parseFilters(new URLSearchParams("sort=constructor"))).toEqual({});
  });

  it("holds bounds and a tool, and leaves out what is no amount", () => {
    const search = "?tool=weather&min_cost=0.5&max_duration_ms=1500";
    const filters = parseFilters(new URLSearchParams(`${search}&max_cost=-1&min_duration_ms=Infinity`));
    expect(filters).toEqual({ tool: "weather", min_cost: "0.5", max_duration_ms: "1500" });
    expect(toSearch(filters)).toBe(search);
    expect(`?${toApiQuery(filters, now)}`).toBe(search);
    expect(chips(filters).map(({ label, value }) => `${label} ${value}`)).toEqual([
      "Tool weather",
      "Cost ≥ $0.5",
      "Duration ≤ 1.50 s",
    ]);
    expect(matches(run({ cost_usd: null }), { max_cost: "1" }, now)).toBe(false);
    expect(matches(run({ duration_ms: null }), { min_duration_ms: "0" }, now)).toBe(false);
  });

  it("lets exact times win over a range", () => {
    expect(parseFilters(new URLSearchParams("range=1h&from=2026-11-20T00:00:00Z"))).toEqual({
      from: "2026-11-20T00:00:00Z",
    });
  });
});

it("asks the API in its own words", () => {
  expect(toApiQuery({ session_id: "s", range: "1h", has_error: true }, now).toString()).toBe(
    "session_id=s&from=2026-11-21T11%3A00%3A00.000Z&has_error=true",
  );
});

describe("a live run", () => {
  it.each([
    [{}, true],
    [{ status: "success" as const, service: "api", session: "s1" }, true],
    [{ status: "running" as const }, false],
    [{ kind: "agent" as const }, false],
    [{ environment: "production", model: "m2", provider: "p1", tag: "t2" }, true],
    [{ environment: "staging" }, false],
    [{ model: "m3" }, false],
    [{ provider: "p2" }, false],
    [{ tag: "t" }, false],
    [{ user_id: "u" }, false],
    [{ tool: "weather", min_cost: "0.25", max_cost: "0.25", min_duration_ms: "1500", max_duration_ms: "1e4" }, true],
    [{ tool: "weath" }, false],
    [{ min_cost: "0.26" }, false],
    [{ max_cost: "0" }, false],
    [{ min_duration_ms: "1500.5" }, false],
    [{ max_duration_ms: "1499" }, false],
    [{ has_error: true as const }, false],
    [{ range: "15m" as const }, false],
    [{ range: "1h" as const }, true],
    [{ from: "2026-11-21T11:30:00.123Z" }, true],
    [{ from: "2026-11-21T12:30:00.124+01:00" }, false],
    [{ to: "2026-11-21T11:30:00.123456Z" }, false],
  ])("with filter %j is in the list: %s", (filters, expected) => expect(matches(run(), filters, now)).toBe(expected));
});

it("shows each filter and clears it", () => {
  const filters = { status: "error" as const, service: "api", has_error: true as const };
  expect(chips(filters).map(({ label, value }) => `${label} ${value}`)).toEqual([
    "Status error",
    "Service api",
    "Errors only",
  ]);
  expect(without(filters, ["service"])).toEqual({ status: "error", has_error: true });
});
