import { describe, expect, it } from "vitest";
import type { Run, Session, SpanDetail } from "./api.ts";
import { clientSays, costNotes, listNames, REASONS } from "./cost-notes.ts";

const run = (more: Partial<Run>) =>
  ({
    llm_call_count: 10,
    cost_usd: null,
    known_cost_usd: null,
    unpriced_call_count: 0,
    unpriced: {},
    price_version: null,
    client_cost_usd: null,
    ...more,
  }) as Run;
const call = (more: Partial<SpanDetail>) =>
  ({
    cost_usd: null,
    unpriced: null,
    price_version: null,
    client_cost_usd: null,
    cost_basis: null,
    service_tier: null,
    ...more,
  }) as SpanDetail;

describe("a run", () => {
  it("names the price list of a known cost and what the client says", () => {
    const notes = costNotes({
      of: "run",
      run: run({
        cost_usd: 0.0123,
        known_cost_usd: 0.0123,
        price_version: "genai-prices@0.1.8",
        client_cost_usd: 0.0119,
      }),
    });
    expect(notes).toEqual({
      title: "Cost $0.0123",
      lines: [],
      factor: null,
      reasons: [],
      facts: ["Price list: genai-prices@0.1.8.", "The client says $0.0119, 3.3% less."],
    });
  });

  it("says of a part how much is missing and why", () => {
    const notes = costNotes({
      of: "run",
      run: run({
        known_cost_usd: 0.5,
        price_version: "project@3",
        unpriced_call_count: 3,
        unpriced: { no_usage: 2, unknown_model: 1 },
        client_cost_usd: 2,
      }),
    });
    expect(notes).toMatchObject({
      title: "Cost at least $0.50",
      reasons: [
        { calls: "2 calls", text: REASONS.no_usage },
        { calls: "1 call", text: REASONS.unknown_model },
      ],
      facts: ["3 of 10 calls unknown.", "Price list: your own prices, version 3.", "The client says $2.00."],
    });
  });

  it("takes a reason that only a newer API knows", () =>
    expect(
      costNotes({ of: "run", run: run({ unpriced_call_count: 10, unpriced: { moon: 10 } as Run["unpriced"] }) }),
    ).toMatchObject({ title: "Cost unknown", reasons: [{ calls: "10 calls", text: "The cost is not known: moon." }] }));
});

describe("a call", () => {
  const basis = {
    version: "genai-prices@0.1.8",
    priced_as: "openai/gpt-4o-mini",
    factor: 1,
    lines: [
      { kind: "cached_input" as const, tokens: 1000, usd_per_mtok: 0.075 },
      { kind: "output" as const, tokens: 12, usd_per_mtok: 0.6 },
    ],
  };
  const known = call({ cost_usd: 0.000_082_2, price_version: basis.version, cost_basis: basis });

  it("shows the lines that its cost is made of", () => {
    expect(costNotes({ of: "call", call: known })).toEqual({
      title: "Cost $0.0000822",
      lines: [
        { kind: "Input, cached", tokens: 1000, usdPerMtok: 0.075, usd: 0.000_075 },
        { kind: "Output", tokens: 12, usdPerMtok: 0.6, usd: 0.000_007_2 },
      ],
      factor: null,
      reasons: [],
      facts: ["Priced as openai/gpt-4o-mini.", "Price list: genai-prices@0.1.8."],
    });
  });

  it.each([
    [0.5, "batch", "batch: half price"],
    [0.8, "flex", "flex: × 0.8"],
    [0.8, null, "service tier: × 0.8"],
  ])("reads factor %d of the tier %j", (factor, service_tier, words) =>
    expect(costNotes({ of: "call", call: { ...known, service_tier, cost_basis: { ...basis, factor } } }).factor).toBe(
      words,
    ),
  );

  it("says so when the list is gone", () =>
    expect(costNotes({ of: "call", call: { ...known, cost_basis: null } }).facts.at(-1)).toMatch(/no longer at hand/));

  it("says why its cost is not known", () =>
    expect(costNotes({ of: "call", call: call({ unpriced: "local_model" }) })).toMatchObject({
      title: "Cost unknown",
      reasons: [{ calls: null, text: REASONS.local_model }],
      facts: [],
    }));
});

it("sends from a session to its runs", () =>
  expect(
    costNotes({
      of: "session",
      session: { llm_call_count: 3, cost_usd: null, known_cost_usd: 1, unpriced_run_count: 1, run_count: 2 } as Session,
    }),
  ).toMatchObject({
    title: "Cost at least $1.00",
    facts: ["1 of 2 runs unknown.", "Each of these runs says why its cost is not known."],
  }));

it.each([
  ["genai-prices@0.1.8", "genai-prices@0.1.8"],
  ["project@3", "your own prices, version 3"],
  ["genai-prices@0.1.8, project@3", "genai-prices@0.1.8 and your own prices, version 3"],
])("%s is called %s", (versions, names) => expect(listNames(versions)).toBe(names));

it.each([
  [1.004, 1, "The client says $1.00."],
  [1.2, 1, "The client says $1.20, 20% more."],
  [0, 1, "The client says $0, 100% less."],
  [1, 0, "The client says $1.00."],
  [1, null, "The client says $1.00."],
])("compares a client's %s with our %s", (theirs, ours, text) => expect(clientSays(theirs, ours)).toBe(text));
