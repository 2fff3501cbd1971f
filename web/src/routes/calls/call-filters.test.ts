import { expect, test } from "vitest";
import { callChips, parseCallFilters, toCallQuery, toCallSearch } from "./call-filters.ts";

test("an address becomes a filter and the same address again", () => {
  const search =
    "?status=error&model=gpt-4o&provider=openai&operation=chat&service=bot&user_id=ann&session_id=s1&range=24h&min_cost_usd=0.01&max_duration_ms=500&min_tokens=10&unpriced=true";
  expect(toCallSearch(parseCallFilters(new URLSearchParams(search)))).toBe(search);
  expect(toCallSearch({})).toBe("");
});

test.each([
  ["status=running", {}],
  ["model=%20", {}],
  ["range=99h", {}],
  ["from=yesterday", {}],
  ["min_cost_usd=much&max_tokens=-1&min_duration_ms=", {}],
  ["unpriced=false", {}],
  ["range=1h&from=2026-11-21T10:00:00Z", { from: "2026-11-21T10:00:00Z" }],
  ["min_cost_usd=0", { min_cost_usd: 0 }],
])("of %s only what is understood is kept", (search, filters) => {
  expect(parseCallFilters(new URLSearchParams(search))).toEqual(filters);
});

test("a range counts back from now", () => {
  const now = Date.parse("2026-11-21T10:00:00Z");
  expect(toCallQuery({ range: "1h", model: "a b" }, now).toString()).toBe(
    "model=a+b&from=2026-11-21T09%3A00%3A00.000Z",
  );
});

test("each filter that is set can be seen and cleared", () => {
  expect(callChips({ model: "gpt-4o", range: "24h", min_cost_usd: 0.000001, unpriced: true })).toEqual([
    { key: "model", label: "Model", value: "gpt-4o" },
    { key: "range", label: "Started", value: "last 24 hours" },
    { key: "min_cost_usd", label: "Cost from $", value: "0.000001" },
    { key: "unpriced", label: "Cost", value: "unknown" },
  ]);
});
