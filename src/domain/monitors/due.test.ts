import { expect, test } from "vitest";
import type { CallFact } from "../../events/delta.ts";
import { emptyDelta } from "../projection/fold.ts";
import type { RunState } from "../projection/merge.ts";
import { rowOf } from "../projection/rows.ts";
import type { KnownRun, Projected } from "../projection/store.ts";
import { dueRuns } from "./due.ts";

const RUN = "0123456789abcdef0123456789abcdef";

function call(n: number, more: Partial<CallFact> = {}): CallFact {
  const nothing = { operation: null, provider: null, time_to_first_token_ms: null, cost_nano_usd: null };
  const unknown = { price_version: null, unpriced: null, client_cost_nano_usd: null, usage: null, model: null };
  const span_id = n.toString(16).padStart(16, "0");
  const own = { span_id, parent_span_id: null, name: "chat", step: "llm", status: "ok", start: "1", end: "2" } as const;
  return { ...own, ...nothing, ...unknown, ...more };
}

function stateOf(outcome: RunState["outcome"], calls: CallFact[]): RunState {
  return { ...emptyDelta("trace"), outcome, calls, links: [], last_seq: 1, first_seen_at: 1, seen_at: 1 };
}

function projected(state: RunState, id = RUN): Projected {
  return { ...rowOf(id, state), parts: [], state };
}

function known(state: RunState, id = RUN): Map<string, KnownRun> {
  const { run, counted } = rowOf(id, state);
  const counts = new Map(state.calls.map(({ span_id }) => [span_id, counted.has(span_id)]));
  return new Map([[id, { state, row: run, counted: counts, segments: new Map() }]]);
}

const partOf = (state: RunState) => [{ run: RUN, delta: state }];
const three = [call(1), call(2), call(3)];
const NONE = new Map<string, KnownRun>();

test("a run is due once it has ended with three calls that count", () => {
  const due = (state: RunState, id = RUN) => dueRuns([], [projected(state, id)], NONE);
  expect(due(stateOf(1, three))).toEqual([{ run: RUN, calls: 3 }]);
  expect(due(stateOf(2, three))).toEqual([{ run: RUN, calls: 3 }]);
  expect(due(stateOf(3, three))).toEqual([{ run: RUN, calls: 3 }]);
  expect(due(stateOf(0, three))).toEqual([]);
  expect(due(stateOf(1, three.slice(1)))).toEqual([]);
  expect(due(stateOf(1, [...three.slice(1), call(4, { step: "embedding" })]))).toEqual([]);
  expect(due(stateOf(1, three), `rs_${RUN}`)).toEqual([]);
});

test("a run that goes on after its end is due again only if it gained calls", () => {
  const before = known(stateOf(1, three));
  expect(dueRuns([], [projected(stateOf(1, three))], before)).toEqual([]);
  expect(dueRuns([], [projected(stateOf(1, [...three, call(4)]))], before)).toEqual([{ run: RUN, calls: 4 }]);
  expect(dueRuns([], [projected(stateOf(1, three))], known(stateOf(0, three)))).toEqual([{ run: RUN, calls: 3 }]);
});

test("what was projected and not confirmed is due again if it brought calls or the end", () => {
  const before = known(stateOf(1, three));
  expect(dueRuns(partOf(stateOf(0, three)), [], before)).toEqual([{ run: RUN, calls: 3 }]);
  expect(dueRuns(partOf(stateOf(1, [])), [], before)).toEqual([{ run: RUN, calls: 3 }]);
  expect(dueRuns(partOf(stateOf(0, [])), [], before)).toEqual([]);
  expect(dueRuns(partOf(stateOf(1, three)), [], known(stateOf(0, three)))).toEqual([]);
});
