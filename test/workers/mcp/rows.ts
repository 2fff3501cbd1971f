type Args = Record<string, unknown>;

/** What belongs to another project, and a run of the caller's own. */
export interface Ids {
  run: string;
  span: string;
  session: string;
  user: string;
  reasoning: string;
  artifact: string;
  /** Where the second page of the other's runs begins, of its sessions, and of its model calls. */
  runsCursor: string;
  sessionsCursor: string;
  callsCursor: string;
  mine: string;
}

/** What every tool is tried with: a tool without a row fails the tests. */
export interface Row {
  /** Arguments that fit the schema, with a value for each nested object: what bad ones are made from. */
  valid: Args;
  /** Calls that name what is another project's, and the answer: the code of an error, or a part of the output. */
  foreign: (ids: Ids) => [Args, string | Args][];
  /** What fits the schema and is refused all the same, and the code of the error. */
  refused?: [Args, string][];
}

const thought = { thought: "Why?", thought_number: 1, total_thoughts: 2, next_thought_needed: true };
const step = { step: "Move the shop", step_number: 1, total_steps: 2, next_step_required: true };

/** A reasoning tool goes on with a session under two names. */
const sessionCalls =
  (args: Args) =>
  (ids: Ids): [Args, string][] => [
    [{ ...args, session_id: ids.reasoning }, "session_not_found"],
    [{ ...args, continuation_id: ids.reasoning }, "session_not_found"],
  ];

const filesToo =
  (args: Args) =>
  (ids: Ids): [Args, string][] => [
    ...sessionCalls(args)(ids),
    [{ ...args, artifact_ids: [ids.artifact] }, "artifact_not_found"],
  ];

const soon = { ...thought, session_id: "s", continuation_id: "t" };

export const ROWS: Record<string, Row> = {
  search_runs: {
    valid: { filter: {} },
    foreign: (ids) => [
      [{ filter: { q: "zebra" } }, { runs: [] }],
      [{ filter: { session_id: [ids.session] } }, { runs: [] }],
      [{ filter: { user_id: [ids.user] } }, { runs: [] }],
      [{ filter: { parent_run_id: [ids.run] } }, { runs: [] }],
      [{ cursor: ids.runsCursor }, {}],
    ],
    refused: [
      [{ cursor: "nonsense" }, "invalid_request"],
      [{ filter: { from: "yesterday" } }, "invalid_request"],
    ],
  },
  get_run: {
    valid: { id: "r" },
    foreign: (ids) => [
      [{ id: ids.run }, "run_not_found"],
      [{ id: ids.run, focus: ids.span }, "run_not_found"],
      [{ id: ids.reasoning }, "run_not_found"],
      [{ id: ids.mine, focus: ids.span }, "span_not_found"],
    ],
  },
  get_span: {
    valid: { run_id: "r", span_id: "s" },
    foreign: (ids) => [
      [{ run_id: ids.run, span_id: ids.span }, "run_not_found"],
      [{ run_id: ids.mine, span_id: ids.span }, "span_not_found"],
    ],
  },
  get_llm_calls: {
    valid: { filter: {} },
    foreign: (ids) => [
      [{ run_id: ids.run }, "run_not_found"],
      [{ filter: { session_id: ids.session } }, { calls: [] }],
      [{ filter: { user_id: ids.user } }, { calls: [] }],
      [{ cursor: ids.callsCursor }, { calls: [] }],
    ],
    refused: [
      [{ cursor: "nonsense" }, "invalid_request"],
      [{ run_id: "r", filter: { model: "m" } }, "invalid_request"],
      [{ filter: { from: "yesterday" } }, "invalid_request"],
    ],
  },
  tail_run: {
    valid: { run_id: "r" },
    foreign: (ids) => [
      [{ run_id: ids.run }, "run_not_found"],
      [{ run_id: ids.run, after: -20, wait_seconds: 1 }, "run_not_found"],
    ],
  },
  list_sessions: {
    valid: {},
    foreign: (ids) => [
      [{ user_id: ids.user }, { sessions: [] }],
      [{ cursor: ids.sessionsCursor }, {}],
    ],
    refused: [[{ cursor: "nonsense" }, "invalid_request"]],
  },
  show_run: { valid: { id: "r" }, foreign: (ids) => [[{ id: ids.run }, "run_not_found"]] },
  run_spans: {
    valid: { run_id: "r" },
    foreign: (ids) => [[{ run_id: ids.run, wait_seconds: 1 }, "run_not_found"]],
  },
  explain_run: { valid: { id: "r" }, foreign: (ids) => [[{ id: ids.run }, "run_not_found"]] },
  compare_runs: {
    valid: { a: "r", b: "s" },
    foreign: (ids) => [
      [{ a: ids.run, b: ids.run }, "run_not_found"],
      [{ a: ids.mine, b: ids.run }, "run_not_found"],
      [{ a: ids.run, b: ids.mine }, "run_not_found"],
    ],
  },
  find_errors: {
    valid: { filter: {} },
    foreign: (ids) => [
      [{}, { groups: [] }],
      [{ filter: { session_id: [ids.session] } }, { groups: [] }],
      [{ filter: { user_id: [ids.user] } }, { groups: [] }],
    ],
    refused: [[{ from: "yesterday" }, "invalid_request"]],
  },
  analyze_cost: {
    valid: {},
    foreign: () => [
      [{ group_by: "user" }, { totals: { count: 0 }, groups: [] }],
      [
        { of: "calls", service: ["zebra-service"] },
        { totals: { count: 0 }, groups: [] },
      ],
    ],
    refused: [[{ from: "yesterday" }, "invalid_request"]],
  },
  analyze_latency: {
    valid: {},
    foreign: () => [
      [{ group_by: "user" }, { totals: { count: 0 }, groups: [] }],
      [
        { of: "calls", service: ["zebra-service"] },
        { totals: { count: 0 }, groups: [] },
      ],
    ],
    refused: [[{ from: "yesterday" }, "invalid_request"]],
  },
  annotate_run: {
    valid: { run_id: "r", score: { name: "helpful", value: 1 } },
    foreign: (ids) => [
      [{ run_id: ids.run, note: "seen" }, "run_not_found"],
      [{ run_id: ids.run, score: { name: "helpful", value: 1 } }, "run_not_found"],
      [{ run_id: ids.mine, span_id: ids.span, note: "seen" }, "span_not_found"],
    ],
    refused: [[{ run_id: "r" }, "invalid_request"]],
  },
  write_events: {
    valid: { events: [{ type: "CUSTOM", data: { name: "n", value: 1 } }], finish: { status: "success" } },
    // The same id is a run of one's own.
    foreign: (ids) => [
      [
        { run_id: ids.run, events: [{ type: "CUSTOM", data: { name: "n", value: 1 } }], finish: { status: "error" } },
        { created: true, first_seq: 1 },
      ],
      [{ session_id: ids.session, parent_run_id: ids.run, finish: { status: "success" } }, { created: true }],
    ],
    refused: [[{ run_id: "r", events: [{ type: "NO_SUCH_TYPE" }] }, "unprocessable"]],
  },
  confer: { valid: { message: "Why?" }, foreign: filesToo({ message: "Why?" }) },
  traced_reasoning: {
    valid: { ...thought, guardrails: {} },
    foreign: filesToo(thought),
    refused: [[soon, "invalid_request"]],
  },
  biased_reasoning: { valid: { query: "Why?" }, foreign: filesToo({ query: "Why?" }) },
  hybrid_biased_reasoning: { valid: { reasoning_step: "Because" }, foreign: filesToo({ reasoning_step: "Because" }) },
  planner: { valid: step, foreign: filesToo(step) },
  sequential_thinking: { valid: thought, foreign: sessionCalls(thought), refused: [[soon, "invalid_request"]] },
  sequential_thinking_external: {
    valid: thought,
    foreign: sessionCalls({ ...thought, use_llm: false }),
    refused: [[soon, "invalid_request"]],
  },
};
