import { beforeAll, describe, expect, test } from "vitest";
import { eventually } from "../helpers.ts";
import { connect } from "../mcp-client.ts";
import { openShop, type Shop } from "./shop.ts";

/** What a model may read for one answer. A token is taken as four characters. */
const MOST_TOKENS = 8_000;
const MOST_CALLS = 3;

// biome-ignore lint/suspicious/noExplicitAny: answers of many tools, looked into by path
type Answers = any[];
type Args = Record<string, unknown>;

interface Question {
  asks: string;
  /** Tool and arguments; these may depend on the answers so far, as they would for a model. */
  calls: [tool: string, args: Args | ((shop: Shop, answers: Answers) => Args)][];
  /** Where the answer stands. */
  reads: (answers: Answers) => unknown;
  expected: unknown | ((shop: Shop) => unknown);
}

const ids = (runs: { id: string }[]) => runs.map(({ id }) => id).sort();
const near = (value: number) => expect.closeTo(value, 6);

const QUESTIONS: Question[] = [
  {
    asks: "Which runs failed?",
    calls: [["search_runs", { filter: { status: ["error"] } }]],
    reads: ([found]) => found.runs.length,
    expected: 1,
  },
  {
    asks: "In which runs did anything fail?",
    calls: [["search_runs", { filter: { has_error: true } }]],
    reads: ([found]) => found.runs.length,
    expected: 4,
  },
  {
    asks: "What was the most expensive run, and what did it cost?",
    calls: [["search_runs", { sort: "cost", limit: 1 }]],
    reads: ([found]) => [found.runs[0].name, found.runs[0].cost_usd],
    expected: ["summarize contracts", near(1.3)],
  },
  {
    asks: "What was the slowest run?",
    calls: [["search_runs", { sort: "duration", limit: 1 }]],
    reads: ([found]) => [found.runs[0].name, found.runs[0].duration_ms],
    expected: ["answer question", 60_000],
  },
  {
    asks: "Which run used the most tokens?",
    calls: [["search_runs", { sort: "tokens", limit: 1 }]],
    reads: ([found]) => found.runs[0].total_tokens,
    expected: 505_000,
  },
  {
    asks: "What did Alice do?",
    calls: [["search_runs", { filter: { user_id: ["alice"] } }]],
    reads: ([found]) => ids(found.runs),
    expected: ({ runs }: Shop) => [runs.parcel, runs.refund].sort(),
  },
  {
    asks: "Which runs of VIPs are there?",
    calls: [["search_runs", { filter: { tag: ["vip"] } }]],
    reads: ([found]) => found.runs.length,
    expected: 2,
  },
  {
    asks: "Who asked about a refund?",
    calls: [["search_runs", { filter: { q: "refund kettle" } }]],
    reads: ([found]) => [found.runs.length, found.runs[0].user_id],
    expected: [1, "alice"],
  },
  {
    asks: "Which run said 'on its way', in these words?",
    calls: [["search_runs", { filter: { q: '"on its way"' } }]],
    reads: ([found]) => ids(found.runs),
    expected: ({ runs }: Shop) => [runs.refund],
  },
  {
    asks: "Which runs are about the kettle but not about a refund?",
    calls: [["search_runs", { filter: { q: "kettle -refund" } }]],
    reads: ([found]) => ids(found.runs).length,
    expected: 1,
  },
  {
    asks: "Which runs took longer than half a minute?",
    calls: [["search_runs", { filter: { min_duration_ms: 30_000 } }]],
    reads: ([found]) => found.runs.map(({ name }: { name: string }) => name).sort(),
    expected: ["answer question", "import catalog", "summarize contracts"],
  },
  {
    asks: "Which runs of the shop's desk used gpt-4o?",
    calls: [["search_runs", { filter: { service: ["shop"], model: ["gpt-4o"] } }]],
    reads: ([found]) => found.runs.length,
    expected: 2,
  },
  {
    asks: "Why did the run with the parcel fail?",
    calls: [["get_run", ({ runs }) => ({ id: runs.parcel })]],
    reads: ([run]) => /track_parcel.*FAILED: (.*)/.exec(run.outline)?.[1],
    expected: "no such parcel P-4711",
  },
  {
    asks: "What was the failing tool given?",
    calls: [
      ["get_run", ({ runs }) => ({ id: runs.parcel })],
      [
        "get_span",
        ({ runs }, [run]) => ({ run_id: runs.parcel, span_id: /\[(\w+)\] track_parcel/.exec(run.outline)?.[1] }),
      ],
    ],
    reads: ([, span]) => JSON.stringify(span).includes('{\\"parcel\\":\\"P-4711\\"}') || span.input.text,
    expected: true,
  },
  {
    asks: "What do the instructions of the desk say?",
    calls: [
      ["get_llm_calls", ({ runs }) => ({ run_id: runs.refund })],
      ["get_span", ({ runs }, [{ calls }]) => ({ run_id: runs.refund, span_id: calls[0].span_id, part: "input" })],
    ],
    reads: ([, span]) => span.input.text.split("\n")[0],
    expected: "system: You are the desk of a shop. Refunds within 30 days.",
  },
  {
    asks: "What did the desk answer about the refund?",
    calls: [["get_span", ({ runs, spans }) => ({ run_id: runs.refund, span_id: spans.refundCall, part: "output" })]],
    reads: ([span]) => span.output.text,
    expected: "assistant: Your refund of 39 euros is on its way.",
  },
  {
    asks: "How much of the refund's prompt came from the cache?",
    calls: [["get_run", ({ runs }) => ({ id: runs.refund })]],
    reads: ([{ run }]) => [run.input_tokens, run.cached_input_tokens],
    expected: [1_000, 400],
  },
  {
    asks: "What did the refund cost?",
    calls: [["get_run", ({ runs }) => ({ id: runs.refund })]],
    reads: ([{ run }]) => run.cost_usd,
    expected: near((600 * 2.5 + 400 * 1.25 + 50 * 10) / 1e6),
  },
  {
    asks: "How many model calls did the summary of contracts make?",
    calls: [["get_llm_calls", ({ runs }) => ({ run_id: runs.costly })]],
    reads: ([found]) => found.total,
    expected: 5,
  },
  {
    asks: "Which single calls cost more than 20 cents?",
    calls: [["get_llm_calls", { filter: { min_cost_usd: 0.2 } }]],
    reads: ([found]) => found.calls.length,
    expected: 5,
  },
  {
    asks: "Which calls took longer than five seconds?",
    calls: [["get_llm_calls", { filter: { min_duration_ms: 5_000 } }]],
    reads: ([found]) => found.calls.length,
    expected: 5,
  },
  {
    asks: "Of which calls is the cost not known, and why?",
    calls: [["get_llm_calls", { filter: { unpriced: true } }]],
    reads: ([found]) => found.calls.map(({ model, cost_usd }: { model: string; cost_usd: null }) => [model, cost_usd]),
    expected: [["house-model-7b", null]],
  },
  {
    asks: "Which of three hundred spans failed, and on what?",
    calls: [["get_run", ({ runs }) => ({ id: runs.batch })]],
    reads: ([run]) => /\[(\w+)\] (item \d+) .*FAILED: (.*)/.exec(run.outline)?.slice(1),
    expected: ({ spans }: Shop) => [spans.bad, "item 3", "price is not a number: abc"],
  },
  {
    asks: "Which page was that item on?",
    calls: [["get_run", ({ runs }) => ({ id: runs.batch, max_spans: 5 })]],
    reads: ([run]) => /\] (page \d+) [^\n]*\n\s+\[\w+\] item 3 .*FAILED/.exec(run.outline)?.[1],
    expected: "page 8",
  },
  {
    asks: "How many items has page 8?",
    calls: [["get_run", ({ runs, spans }) => ({ id: runs.batch, focus: spans.leaf })]],
    reads: ([run]) => run.shown_spans - 1,
    expected: 14,
  },
  {
    asks: "Is the watcher of prices still at work, and what did it find?",
    calls: [["tail_run", ({ open }) => ({ run_id: open, after: -1 })]],
    reads: ([tail]) => [tail.status, JSON.parse(tail.events[0].text)],
    expected: ["running", { name: "price", value: { kettle: 41 } }],
  },
  {
    asks: "Which tools did the watcher call?",
    calls: [["tail_run", ({ open }) => ({ run_id: open })]],
    reads: ([tail]) =>
      tail.events
        .filter(({ type }: { type: string }) => type === "TOOL_CALL_START")
        .map(({ text }: { text: string }) => JSON.parse(text).toolCallName),
    expected: ["fetch_price"],
  },
  {
    asks: "Which conversations did Bob have?",
    calls: [["list_sessions", { user_id: "bob" }]],
    reads: ([found]) => found.sessions.map(({ id, run_count }: { id: string; run_count: number }) => [id, run_count]),
    expected: [["chat-2", 2]],
  },
  {
    asks: "What did Alice's conversation cost in all?",
    calls: [["list_sessions", { user_id: "alice" }]],
    reads: ([found]) => found.sessions[0].cost_usd,
    expected: near((900 * 2.5 + 20 * 10 + 600 * 2.5 + 400 * 1.25 + 50 * 10) / 1e6),
  },
  {
    asks: "What came of the session of reasoning?",
    calls: [
      ["search_runs", { filter: { kind: ["reasoning"] } }],
      ["tail_run", (_, [found]) => ({ run_id: found.runs[0].id })],
    ],
    reads: ([, tail]) =>
      tail.events
        .filter(({ type }: { type: string }) => type === "SYNTHESIS_UPDATED")
        .map(({ text }: { text: string }) => JSON.parse(text).synthesis),
    expected: ["Stay until spring."],
  },
  {
    asks: "Which runs did the orchestrator begin?",
    calls: [["search_runs", ({ runs }) => ({ filter: { parent_run_id: [runs.parent] } })]],
    reads: ([found]) => ids(found.runs),
    expected: ({ runs }: Shop) => [runs.child],
  },
  {
    asks: "What is the most frequent error, and how often was it?",
    calls: [["find_errors", {}]],
    reads: ([found]) => [found.groups[0].count, found.groups[0].examples[0].message.startsWith("no such parcel")],
    expected: [3, true],
  },
  {
    asks: "Which services have errors?",
    calls: [["find_errors", {}]],
    reads: ([found]) =>
      [
        ...new Set(
          found.groups.flatMap(({ services }: { services: object[] }) => services.map((each) => JSON.stringify(each))),
        ),
      ].length,
    expected: 2,
  },
  {
    asks: "What did model calls cost in all?",
    calls: [["analyze_cost", {}]],
    reads: ([cost]) => [cost.totals.count, cost.totals.unpriced_count],
    expected: [11, 1],
  },
  {
    asks: "Which model costs most, and what share is that?",
    calls: [["analyze_cost", { group_by: "model" }]],
    reads: ([cost]) => [cost.groups[0].group, cost.groups[0].share_percent > 95],
    expected: ["gpt-4o", true],
  },
  {
    asks: "Which user costs most?",
    calls: [["analyze_cost", { group_by: "user" }]],
    reads: ([cost]) => cost.groups[0].group,
    expected: "dave",
  },
  {
    asks: "How long do calls of gpt-4o take at the median?",
    calls: [["analyze_latency", { group_by: "model" }]],
    reads: ([latency]) => {
      const { count, p50_ms } = latency.groups.find(({ group }: { group: string }) => group === "gpt-4o");
      return [count, Math.abs(p50_ms - 9_000) / 9_000 < 0.02];
    },
    expected: [8, true],
  },
  {
    asks: "Where did the minute of the slow run go?",
    calls: [["explain_run", ({ runs }) => ({ id: runs.slow, focus: "latency" })]],
    reads: ([explained]) => JSON.stringify(explained),
    expected: ({ spans }: Shop) => expect.stringContaining(spans.retrieval),
  },
  {
    asks: "What did the planner do again and again?",
    calls: [["explain_run", ({ runs }) => ({ id: runs.loop })]],
    reads: ([explained]) => JSON.stringify(explained),
    expected: expect.stringMatching(/get_weather.*4|4.*get_weather/),
  },
  {
    asks: "Could the summary of contracts be cheaper?",
    calls: [["explain_run", ({ runs }) => ({ id: runs.costly, focus: "cost" })]],
    reads: ([explained]) => JSON.stringify(explained).toLowerCase(),
    expected: expect.stringContaining("cache"),
  },
  {
    asks: "What changed between the two quizzes?",
    calls: [["compare_runs", ({ runs }) => ({ a: runs.before, b: runs.after })]],
    reads: ([compared]) => JSON.stringify(compared),
    expected: expect.stringMatching(/web_search/),
  },
  {
    asks: "Did the answer change?",
    calls: [["compare_runs", ({ runs }) => ({ a: runs.before, b: runs.after })]],
    reads: ([compared]) => JSON.stringify(compared),
    expected: expect.stringMatching(/Canberra[\s\S]*Sydney|Sydney[\s\S]*Canberra/),
  },
  {
    asks: "Write down that the parcel's run was looked into",
    calls: [
      ["annotate_run", ({ runs }) => ({ run_id: runs.parcel, note: "Looked into: the carrier's API was down" })],
      ["tail_run", ({ runs }) => ({ run_id: runs.parcel, after: -1 })],
    ],
    reads: ([, tail]) => [tail.events[0].type, JSON.parse(tail.events[0].text).text, tail.status],
    expected: ["NOTE_ADDED", "Looked into: the carrier's API was down", "error"],
  },
  {
    asks: "Record a run of my own",
    calls: [
      ["write_events", { name: "my task", input: "do it", finish: { status: "success", result: "done" } }],
      ["get_run", (_, [written]) => ({ id: written.run_id })],
    ],
    reads: ([, { run }]) => [run.name, run.status, run.input_preview, run.output_preview],
    expected: ["my task", "success", "do it", "done"],
  },
];

describe("forty questions over a day of a shop", () => {
  let shop: Shop;

  beforeAll(async () => {
    shop = await openShop();
    await eventually(
      () => shop.project.json<{ log: { waiting: number } }>("/api/health"),
      (health) => health.log.waiting === 0,
    );
  });

  test("there are forty", () => {
    expect(QUESTIONS.length).toBeGreaterThanOrEqual(40);
  });

  test.each(QUESTIONS)("$asks", async ({ calls, reads, expected }) => {
    expect(calls.length).toBeLessThanOrEqual(MOST_CALLS);
    const client = await connect(shop.project.key);
    const answers: Answers = [];
    let chars = 0;
    for (const [name, args] of calls) {
      const given = typeof args === "function" ? args(shop, answers) : args;
      const answer = await client.callTool({ name, arguments: given });
      const text = (answer.content as { text: string }[]).map((each) => each.text).join("");
      expect(answer.isError, text).toBeFalsy();
      chars += text.length;
      answers.push(answer.structuredContent);
    }
    await client.close();
    expect(chars / 4).toBeLessThan(MOST_TOKENS);
    const wanted = typeof expected === "function" ? (expected as (shop: Shop) => unknown)(shop) : expected;
    expect(reads(answers)).toEqual(wanted);
  });
});
