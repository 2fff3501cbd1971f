import { hex, newProject, span as spanAt, type TestProject, type TestSpan, traces } from "../helpers.ts";

const text = (key: string, stringValue: string) => ({ key, value: { stringValue } });
const int = (key: string, value: number) => ({ key, value: { intValue: String(value) } });
const said = (role: string, content: string) => JSON.stringify([{ role, parts: [{ type: "text", content }] }]);

/** It was an hour ago, so that what looks at the time until now sees it. */
const span: typeof spanAt = (trace, name, offsetMs = 0, ...more) => spanAt(trace, name, offsetMs - 3_600_000, ...more);

interface Call {
  model?: string;
  provider?: string;
  input: number;
  cached?: number;
  output: number;
  system?: string;
  asked: string;
  answered?: string;
}

/** Attributes of a model call with its messages. */
function call({ model = "gpt-4o", provider = "openai", input, cached, output, system, asked, answered }: Call) {
  const before = system === undefined ? [] : JSON.parse(said("system", system));
  return [
    text("gen_ai.operation.name", "chat"),
    text("gen_ai.provider.name", provider),
    text("gen_ai.response.model", model),
    int("gen_ai.usage.input_tokens", input),
    ...(cached === undefined ? [] : [int("gen_ai.usage.cache_read.input_tokens", cached)]),
    int("gen_ai.usage.output_tokens", output),
    text("gen_ai.input.messages", JSON.stringify([...before, ...JSON.parse(said("user", asked))])),
    ...(answered === undefined ? [] : [text("gen_ai.output.messages", said("assistant", answered))]),
  ];
}

const tool = (name: string, args: object, result: string) => [
  text("gen_ai.operation.name", "execute_tool"),
  text("gen_ai.tool.name", name),
  text("gen_ai.tool.call.arguments", JSON.stringify(args)),
  text("gen_ai.tool.call.result", result),
];

const agent = (user: string, session: string, ...tags: string[]) => [
  text("gen_ai.operation.name", "invoke_agent"),
  text("user.id", user),
  text("session.id", session),
  ...(tags.length === 0
    ? []
    : [
        { key: "langfuse.trace.tags", value: { arrayValue: { values: tags.map((stringValue) => ({ stringValue })) } } },
      ]),
];

const POLICY = "You are the desk of a shop. Refunds within 30 days.";

/** Ids of what the questions are about. */
export interface Shop {
  project: TestProject;
  runs: Record<
    "parcel" | "refund" | "slow" | "costly" | "loop" | "unpriced" | "batch" | "before" | "after" | "parent" | "child",
    string
  >;
  spans: Record<"lookup" | "refundCall" | "retrieval" | "bad" | "leaf", string>;
  /** The run that goes on. */
  open: string;
  /** A reasoning session. */
  reasoning: string;
}

/** A day in the life of a shop's agents: what the table of questions is asked about. */
export async function openShop(): Promise<Shop> {
  const project = await newProject();
  const id = () => hex(16);
  const runs = {
    parcel: id(),
    refund: id(),
    slow: id(),
    costly: id(),
    loop: id(),
    unpriced: id(),
    batch: id(),
    before: id(),
    after: id(),
    parent: id(),
    child: id(),
  };
  const send = async (spans: TestSpan[], service: string) => {
    const answer = await project.sendTraces(traces(spans, service));
    if (answer.status !== 200) throw new Error(await answer.text());
  };
  const below = (root: TestSpan) => ({ parentSpanId: root.spanId });
  const failed = (message: string) => ({ status: { code: 2, message } });

  // A parcel that cannot be found; the same happens in two more runs.
  const parcel = span(runs.parcel, "desk", 0, 4_000, {
    attributes: agent("alice", "chat-1", "vip"),
    ...failed("gave up"),
  });
  const lookup = span(runs.parcel, "track_parcel", 1_200, 300, {
    ...below(parcel),
    attributes: tool("track_parcel", { parcel: "P-4711" }, "error"),
    ...failed("no such parcel P-4711"),
  });
  await send(
    [
      parcel,
      span(runs.parcel, "chat gpt-4o", 100, 1_000, {
        ...below(parcel),
        attributes: call({ input: 900, output: 20, system: POLICY, asked: "Where is my parcel P-4711?" }),
      }),
      lookup,
    ],
    "shop",
  );
  for (const number of ["P-1", "P-22"]) {
    const trace = id();
    const root = span(trace, "desk", 10_000, 2_000, { attributes: agent("carol", "chat-9") });
    const attributes = tool("track_parcel", { parcel: number }, "error");
    await send(
      [
        root,
        span(trace, "track_parcel", 10_100, 50, { ...below(root), attributes, ...failed(`no such parcel ${number}`) }),
      ],
      "shop",
    );
  }

  // A refund that was granted, in the same session.
  const refund = span(runs.refund, "desk", 20_000, 3_000, { attributes: agent("alice", "chat-1", "vip") });
  const refundCall = span(runs.refund, "chat gpt-4o", 20_100, 2_000, {
    ...below(refund),
    attributes: call({
      input: 1_000,
      cached: 400,
      output: 50,
      system: POLICY,
      asked: "I want a refund for the broken kettle",
      answered: "Your refund of 39 euros is on its way.",
    }),
  });
  await send([refund, refundCall], "shop");

  // A minute, nearly all of it in retrieval.
  const slow = span(runs.slow, "answer question", 30_000, 60_000, { attributes: agent("bob", "chat-2") });
  const retrieval = span(runs.slow, "search manuals", 31_000, 55_000, {
    ...below(slow),
    attributes: [text("openinference.span.kind", "RETRIEVER")],
  });
  await send(
    [
      slow,
      retrieval,
      span(runs.slow, "chat gpt-4o-mini", 86_500, 1_500, {
        ...below(slow),
        attributes: call({ model: "gpt-4o-mini", input: 5_000, output: 300, asked: "How do I descale the kettle?" }),
      }),
    ],
    "manuals",
  );

  // Five calls that send the same long text again, without a cache.
  const costly = span(runs.costly, "summarize contracts", 100_000, 50_000, { attributes: agent("dave", "legal-1") });
  const contract = "The parties agree that ".repeat(40);
  await send(
    [
      costly,
      ...Array.from({ length: 5 }, (_, n) =>
        span(runs.costly, "chat gpt-4o", 100_000 + n * 10_000, 9_000, {
          ...below(costly),
          attributes: call({
            input: 100_000,
            cached: 0,
            output: 1_000,
            system: contract,
            asked: `Summarize part ${n + 1}`,
          }),
        }),
      ),
    ],
    "legal",
  );

  // The same tool with the same arguments, four times.
  const loop = span(runs.loop, "plan trip", 200_000, 9_000, { attributes: agent("bob", "chat-2") });
  await send(
    [
      loop,
      ...Array.from({ length: 4 }, (_, n) =>
        span(runs.loop, "get_weather", 200_500 + n * 2_000, 1_000, {
          ...below(loop),
          attributes: tool("get_weather", { city: "Paris" }, "rain"),
        }),
      ),
    ],
    "travel",
  );

  // A model that no price list has.
  const unpriced = span(runs.unpriced, "translate", 300_000, 1_500, { attributes: agent("erin", "chat-7") });
  const own = { model: "house-model-7b", provider: "ourselves", input: 120, output: 80, asked: "Translate: Guten Tag" };
  await send(
    [
      unpriced,
      span(runs.unpriced, "chat house-model-7b", 300_100, 1_200, { ...below(unpriced), attributes: call(own) }),
    ],
    "translate",
  );

  // Three hundred spans, one of which failed, deep down.
  const batch = span(runs.batch, "import catalog", 400_000, 30_000, { attributes: agent("cron", "nightly") });
  const pages = Array.from({ length: 20 }, (_, n) =>
    span(runs.batch, `page ${n + 1}`, 400_000 + n * 1_000, 900, below(batch)),
  );
  const items = pages.flatMap((page, p) =>
    Array.from({ length: 14 }, (_, n) =>
      span(runs.batch, `item ${n + 1}`, 400_010 + p * 1_000 + n * 10, 9, below(page)),
    ),
  );
  const bad = items[100] as TestSpan;
  Object.assign(bad, failed("price is not a number: abc"));
  await send([batch, ...pages, ...items], "catalog");

  // The same task before and after a change: a smaller model, one tool call less, another answer.
  const ask = "What is the capital of Australia?";
  const before = span(runs.before, "quiz", 500_000, 6_000, { attributes: agent("frank", "quiz-a") });
  await send(
    [
      before,
      span(runs.before, "web_search", 500_100, 2_000, {
        ...below(before),
        attributes: tool("web_search", { q: ask }, "Canberra"),
      }),
      span(runs.before, "chat", 503_000, 2_500, {
        ...below(before),
        attributes: call({ input: 2_000, output: 100, asked: ask, answered: "Canberra" }),
      }),
    ],
    "quiz",
  );
  const after = span(runs.after, "quiz", 600_000, 2_000, { attributes: agent("frank", "quiz-b") });
  await send(
    [
      after,
      span(runs.after, "chat", 600_100, 1_500, {
        ...below(after),
        attributes: call({ model: "gpt-4o-mini", input: 500, output: 20, asked: ask, answered: "Sydney" }),
      }),
    ],
    "quiz",
  );

  const post = async (path: string, body: object) => {
    const init = { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
    const answer = await project.fetch(path, init);
    if (!answer.ok) throw new Error(await answer.text());
  };
  const events = (run: string, ...sent: [type: string, data: object][]) =>
    post(`/api/runs/${run}/events`, { events: sent.map(([type, data]) => ({ type, data })) });

  // A run that began another, and one that goes on.
  await post("/api/runs", { id: `p-${runs.parent}`, kind: "agent", name: "orchestrate" });
  await post("/api/runs", {
    id: `c-${runs.child}`,
    kind: "agent",
    name: "research",
    parent_run_id: `p-${runs.parent}`,
  });
  await events(`c-${runs.child}`, ["RUN_FINISHED", { result: "done" }]);
  await events(`p-${runs.parent}`, ["RUN_FINISHED", { result: "all done" }]);
  const open = `open-${hex(4)}`;
  await post("/api/runs", { id: open, kind: "agent", name: "watch prices", user_id: "gina" });
  await events(
    open,
    ["TOOL_CALL_START", { toolCallId: "t1", toolCallName: "fetch_price" }],
    ["CUSTOM", { name: "price", value: { kettle: 41 } }],
  );

  // A session of reasoning.
  const reasoning = `rs_${hex(16)}`;
  await post("/api/runs", { id: reasoning, kind: "reasoning", name: "Should we move?", session_id: reasoning });
  await events(
    reasoning,
    ["REASONING_STEP", { step: 1, thought: "Rent is the largest cost.", tool: "traced_reasoning" }],
    [
      "SYNTHESIS_UPDATED",
      { version: 1, synthesis: "Stay until spring.", parsed: { current_understanding: "Stay until spring." } },
    ],
    ["RUN_FINISHED", { result: "Stay until spring." }],
  );

  return {
    project,
    runs: { ...runs, parent: `p-${runs.parent}`, child: `c-${runs.child}` },
    spans: {
      lookup: lookup.spanId,
      refundCall: refundCall.spanId,
      retrieval: retrieval.spanId,
      bad: bad.spanId,
      leaf: (pages[7] as TestSpan).spanId,
    },
    open,
    reasoning,
  };
}
