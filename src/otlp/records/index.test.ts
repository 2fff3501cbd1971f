import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { loadSet, logRequests, traceRequests } from "../../../test/fixtures/load.ts";
import { contextOf } from "../../../test/fixtures/span.ts";
import type { LogRecord } from "../../events/log-record.ts";
import type { Span } from "../../events/span.ts";
import { decodeLogs, decodeTraces } from "../decode/index.ts";
import type { Message } from "../model.ts";
import {
  carriesMessages,
  clientCostOf,
  contentOfCall,
  contentOfRecords,
  type RecordInContext,
  speaksThroughParent,
} from "./index.ts";

const CLAUDE_CODE = contextOf("com.anthropic.claude_code.events");

function record(event_name: string, more: Partial<LogRecord> = {}): LogRecord {
  return {
    trace_id: "5b8efff798038103d269b633813fc60c",
    span_id: "eee19b7ec3c1b174",
    time_unix_nano: "1767225600000000000",
    event_name,
    body: null,
    attributes: {},
    ...more,
  };
}

/** What these records tell, all of one span of some library. */
function contentOf(...records: LogRecord[]) {
  return contentOfRecords(records.map((each) => ({ record: each, context: contextOf() })));
}

function captured(name: string): RecordInContext[] {
  return logRequests(name)
    .flatMap(({ type, body }) => decodeLogs(type, body).groups)
    .flatMap(({ context, records }) => records.map((each) => ({ record: each, context })));
}

/** The records of a set that carry messages, by span. */
function capturedBySpan(name: string): Map<string | null, RecordInContext[]> {
  const carrying = captured(name).filter(({ record: each, context }) => carriesMessages(each, context));
  return Map.groupBy(carrying, ({ record: each }) => each.span_id);
}

const say = (role: string, text: string): Message => ({ role, parts: [{ type: "text", text }] });

describe("captured conversations", () => {
  test("OpenTelemetry's instrumentation of openai: every span's records, the old events and the new", () => {
    const told = [...capturedBySpan("otel-instr-openai")].map(([span, records]) => [span, contentOfRecords(records)]);
    const question = [say("system", "You are a weather bot."), say("user", "Weather in Paris?")];
    const call = { type: "tool_call", id: "call_fake_1", name: "get_weather", arguments: { city: "Paris" } };
    const answer = { ...say("assistant", "It is 18 degrees and sunny in Paris."), finish_reason: "stop" };
    const calls = { role: "assistant", parts: [call], finish_reason: "tool_calls" };
    expect(told).toEqual([
      ["a60221c5c1238292", { input: question, output: [answer] }],
      ["74abc30ca9e539c5", { input: question, output: [calls] }],
      [
        "21cfb0945593a9ef",
        {
          input: [
            ...question,
            { role: "assistant", parts: [call] },
            { role: "tool", parts: [{ type: "tool_result", id: "call_fake_1", result: { temp: 18 } }] },
          ],
          output: [answer],
        },
      ],
      ["de19a08df310ea16", { input: question, output: [answer] }],
      ["9512206679f03c26", { input: question, output: [calls] }],
      ["b78b0c1407d4d530", { input: [say("user", "What is this?")], output: [answer] }],
      // From here on the input and the output come in a record each.
      [
        "496ab445e1260acc",
        {
          input: [say("system", "Be brief."), say("user", "Weather in Paris?")],
          output: [{ ...answer, parts: [{ type: "reasoning", text: "Thinking about the weather." }, ...answer.parts] }],
        },
      ],
      [
        "1b7bcc09d354f5f1",
        {
          input: [say("user", "Weather in Paris?")],
          output: [{ role: "assistant", parts: [{ ...call, id: "fc_fake_1" }], finish_reason: "tool_call" }],
        },
      ],
      ["cfeca4ffe86abf3a", { input: [say("user", "Weather?")], output: [answer] }],
      ["d8ab465b5d428e6d", { input: [say("user", "TRIGGER_ERROR")], output: null }],
    ]);
  });

  test("they are the calls whose messages are expected in logs", () => {
    const calls = loadSet("otel-instr-openai").expected.traces.flatMap((trace) => trace.llm_calls);
    const expected = calls.filter((call) => call.messages_in_logs).map((call) => call.span_id);
    expect(expected.length).toBeGreaterThan(0);
    expect([...capturedBySpan("otel-instr-openai").keys()]).toEqual(expect.arrayContaining(expected));
  });

  test("OpenLIT: the messages once more in a record", () => {
    const [first, ...others] = [...capturedBySpan("openlit").values()].map(contentOfRecords);
    expect(first).toEqual({
      input: [say("system", "Be brief."), say("user", "Weather in Paris?")],
      output: [{ ...say("assistant", "It is 18 degrees and sunny in Paris."), finish_reason: "stop" }],
    });
    expect(others).toHaveLength(2);
  });

  test("Claude Code: the interaction's records, in order; start-up and plug-ins are none", () => {
    const bySpan = capturedBySpan("claude-code");
    expect([...bySpan].map(([span, records]) => [span, records.length])).toEqual([
      ["f800bf2138734135", 6],
      ["902b2dd73e68f109", 1],
    ]);
    expect(contentOfRecords(bySpan.get("f800bf2138734135") ?? [])).toEqual({
      input: [say("user", "Weather in Paris?")],
      output: [
        say("assistant", "Let me look."),
        {
          role: "assistant",
          parts: [
            {
              type: "tool_call",
              id: "toolu_fake_1",
              name: "Read",
              arguments: { file_path: "/srv/app/packages/services/claude/home/proj/a.txt" },
            },
          ],
        },
        {
          role: "tool",
          parts: [{ type: "tool_result", id: "toolu_fake_1", name: "Read", result: { success: true } }],
        },
        say("assistant", "It is 18 degrees and sunny in Paris."),
      ],
    });
    expect(contentOfRecords(bySpan.get("902b2dd73e68f109") ?? [])).toEqual({ input: null, output: null });
    const costs = captured("claude-code").map(({ record: each, context }) => clientCostOf(each, context));
    expect(costs.filter((cost) => cost !== undefined)).toEqual([340_800, 340_800]);
  });

  test.each(["mastra-otel", "otlp-spec-examples"])("%s: logs of no conversation", (name) => {
    expect(captured(name).length).toBeGreaterThan(0);
    expect(capturedBySpan(name).size).toBe(0);
  });
});

describe("which records carry messages", () => {
  test.each([
    "gen_ai.system.message",
    "gen_ai.user.message",
    "gen_ai.assistant.message",
    "gen_ai.tool.message",
    "gen_ai.choice",
    "gen_ai.client.inference.operation.details",
    "gen_ai.content.prompt",
    "gen_ai.content.completion",
  ])("%s, of any scope, when it names a span", (name) => {
    expect(carriesMessages(record(name), contextOf())).toBe(true);
    expect(carriesMessages(record(name, { span_id: null }), contextOf())).toBe(false);
    expect(carriesMessages(record(name, { trace_id: null }), contextOf())).toBe(false);
  });

  test.each(["user_prompt", "assistant_response", "tool_result", "api_request", "api_error", "tool_decision"])(
    "%s, of Claude Code's scope alone",
    (name) => {
      for (const each of [name, `claude_code.${name}`]) {
        expect(carriesMessages(record(each), CLAUDE_CODE)).toBe(true);
        expect(carriesMessages(record(each), contextOf("com.anthropic.claude_code"))).toBe(true);
        expect(carriesMessages(record(each), contextOf("my.app"))).toBe(false);
        expect(carriesMessages(record(each, { span_id: null }), CLAUDE_CODE)).toBe(false);
      }
    },
  );

  test.each(["plugin_loaded", "gen_ai.evaluation.result", "gen_ai.user", "", "toString"])("not %j", (name) => {
    expect(carriesMessages(record(name), CLAUDE_CODE)).toBe(false);
  });

  test("not a plain log line", () => {
    const { event_name: _, ...line } = record("", { body: "gen_ai.user.message" });
    expect(carriesMessages(line, contextOf())).toBe(false);
    expect(contentOf(line)).toEqual({ input: null, output: null });
  });
});

describe("where a message of the older events is written", () => {
  const hi = { input: [say("user", "Hi")], output: null };
  test.each<[string, Partial<LogRecord>]>([
    ["a map as body", { body: { content: "Hi" } }],
    ["a map with a role", { body: { role: "user", content: "Hi", "gen_ai.message.index": 0 } }],
    ["a map's JSON as body", { body: '{"role":"user","content":"Hi"}' }],
    ["a text as body", { body: "Hi" }],
    ["an attribute of JSON", { attributes: { "gen_ai.event.content": '{"role":"user","content":"Hi"}' } }],
    ["an attribute of text", { attributes: { "gen_ai.event.content": "Hi" } }],
    [
      "attributes",
      { body: "gen_ai.user.message", attributes: { "gen_ai.system": "openai", role: "user", content: "Hi" } },
    ],
    ["parts of several kinds", { body: { content: [{ kind: "text", text: "Hi" }] } }],
    ["a part that is the body", { body: { text: "Hi" } }],
    ["parts that are the body", { body: '[{"type":"text","text":"Hi"}]' }],
    ["Google's content", { body: { content: { role: "user", parts: [{ text: "Hi" }] } } }],
    ["Google's contents", { body: { content: [{ parts: [{ text: "Hi" }] }] } }],
  ])("%s", (_, where) => {
    expect(contentOf(record("gen_ai.user.message", where))).toEqual(hi);
  });

  test("a text that is JSON, but no event's fields, is the text", () => {
    const body = '{"city":"Paris"}';
    expect(contentOf(record("gen_ai.user.message", { body }))).toEqual({ input: [say("user", body)], output: null });
    expect(contentOf(record("gen_ai.user.message", { body: "[1,2]" })).input).toEqual([say("user", "[1,2]")]);
  });

  test("several of Google's contents in one record are as many messages", () => {
    const content = [
      { role: "user", parts: [{ text: "Weather?" }] },
      { role: "model", parts: [{ functionCall: { name: "weather", args: {} } }] },
    ];
    expect(contentOf(record("gen_ai.user.message", { body: { content } })).input).toEqual([
      say("user", "Weather?"),
      { role: "model", parts: [{ type: "tool_call", name: "weather", arguments: {} }] },
    ]);
  });

  test.each<[string, LogRecord["body"]]>([
    ["OpenTelemetry", { index: 0, finish_reason: "stop", message: { role: "assistant", content: "Hi" } }],
    ["a message without its role", { index: 0, finish_reason: "stop", message: { content: "Hi" } }],
    ["its JSON", '{"index":0,"finish_reason":"stop","message":{"content":"Hi"}}'],
    ["a message that is a text", { finish_reason: "stop", message: "Hi" }],
    ["a message that is JSON", { finish_reason: "stop", message: '{"content":"Hi"}' }],
    ["no message around the content", { finish_reason: "stop", content: "Hi" }],
  ])("a choice: %s", (_, body) => {
    expect(contentOf(record("gen_ai.choice", { body }))).toEqual({
      input: null,
      output: [{ ...say("assistant", "Hi"), finish_reason: "stop" }],
    });
  });

  test("a text, and the rest in attributes", () => {
    const attributes = { index: 0, finish_reason: "stop", role: "model" };
    expect(contentOf(record("gen_ai.choice", { body: "Hi", attributes })).output).toEqual([
      { ...say("model", "Hi"), finish_reason: "stop" },
    ]);
  });

  test("a choice whose calls stand beside the message", () => {
    const tool_calls = [{ id: "c1", function: { name: "weather", arguments: '{"city":"Paris"}' } }];
    const body = { message: { content: "Let me look." }, tool_calls, finish_reason: "tool_calls" };
    expect(contentOf(record("gen_ai.choice", { body })).output).toEqual([
      {
        role: "assistant",
        parts: [
          { type: "text", text: "Let me look." },
          { type: "tool_call", id: "c1", name: "weather", arguments: { city: "Paris" } },
        ],
        finish_reason: "tool_calls",
      },
    ]);
  });

  test("an id is a tool call's only on a tool's answer", () => {
    expect(
      contentOf(
        record("gen_ai.user.message", { body: { id: "m1", content: "Hi" } }),
        record("gen_ai.tool.message", { body: { id: "c1", content: "18 degrees", name: "weather" } }),
      ).input,
    ).toEqual([
      say("user", "Hi"),
      { role: "tool", parts: [{ type: "tool_result", id: "c1", name: "weather", result: "18 degrees" }] },
    ]);
  });

  test("roles without content, as libraries send them by default, are no conversation", () => {
    expect(
      contentOf(
        record("gen_ai.system.message", { body: {} }),
        record("gen_ai.user.message", { body: { role: "user" } }),
        record("gen_ai.user.message", { attributes: { "gen_ai.system": "openai" } }),
        record("gen_ai.tool.message", { body: { id: "c1" } }),
        record("gen_ai.choice", { body: { index: 0, finish_reason: "stop", message: { role: "assistant" } } }),
      ),
    ).toEqual({ input: null, output: null });
  });
});

describe("the whole conversation in one record", () => {
  const DETAILS = "gen_ai.client.inference.operation.details";
  const messages = (role: string, content: string) => JSON.stringify([{ role, parts: [{ type: "text", content }] }]);

  test("the last record of a side wins", () => {
    const later = { time_unix_nano: "1767225600000000001" };
    expect(
      contentOf(
        record(DETAILS, { ...later, attributes: { "gen_ai.input.messages": messages("user", "second") } }),
        record(DETAILS, {
          attributes: {
            "gen_ai.input.messages": messages("user", "first"),
            "gen_ai.output.messages": messages("assistant", "answer"),
          },
        }),
      ),
    ).toEqual({ input: [say("user", "second")], output: [say("assistant", "answer")] });
  });

  test("in the body, and with instructions", () => {
    const body = { "gen_ai.input.messages": [{ role: "user", parts: [{ type: "text", content: "Hi" }] }] };
    const attributes = { "gen_ai.system_instructions": '[{"type":"text","content":"Be brief."}]' };
    expect(contentOf(record(DETAILS, { body, attributes })).input).toEqual([
      say("system", "Be brief."),
      say("user", "Hi"),
    ]);
  });

  test("it is taken before the messages one by one, each side alone", () => {
    expect(
      contentOf(
        record("gen_ai.user.message", { body: { content: "Hi" } }),
        record("gen_ai.choice", { body: { message: { content: "one by one" } } }),
        record(DETAILS, { attributes: { "gen_ai.output.messages": messages("assistant", "whole") } }),
      ),
    ).toEqual({ input: [say("user", "Hi")], output: [say("assistant", "whole")] });
  });
});

describe("prompt and completion, of the first events", () => {
  test.each<[string, Partial<LogRecord>, Partial<LogRecord>]>([
    [
      "messages",
      { attributes: { "gen_ai.prompt": '[{"role":"user","content":"Hi"}]' } },
      { attributes: { "gen_ai.completion": '[{"role":"assistant","content":"Hello"}]' } },
    ],
    ["bare texts", { attributes: { "gen_ai.prompt": "Hi" } }, { attributes: { "gen_ai.completion": "Hello" } }],
    ["texts as body", { body: "Hi" }, { body: "Hello" }],
    ["maps as body", { body: { content: "Hi" } }, { body: { "gen_ai.completion": "Hello" } }],
  ])("%s", (_, prompt, completion) => {
    expect(contentOf(record("gen_ai.content.prompt", prompt), record("gen_ai.content.completion", completion))).toEqual(
      { input: [say("user", "Hi")], output: [say("assistant", "Hello")] },
    );
  });

  test("without content", () => {
    const records = [
      record("gen_ai.content.prompt", { body: "gen_ai.content.prompt" }),
      record("gen_ai.content.completion", { body: {} }),
    ];
    expect(contentOf(...records)).toEqual({ input: null, output: null });
  });
});

describe("the order of messages", () => {
  const at = (time_unix_nano: string, content: string) =>
    record("gen_ai.user.message", { time_unix_nano, body: { content } });

  test("by time, then as they came", () => {
    const records = [at("100", "c"), at("9", "a"), at("100", "d"), at("10", "b")];
    const given = structuredClone(records);
    expect(contentOf(...records).input?.map((one) => one.parts)).toEqual(
      ["a", "b", "c", "d"].map((text) => [{ type: "text", text }]),
    );
    expect(records).toEqual(given);
  });

  test("no records tell nothing", () => {
    expect(contentOfRecords([])).toEqual({ input: null, output: null });
  });
});

test("whatever stands in a record, reading it does not throw and gives messages that can be stored", () => {
  const keys = [
    ...[
      "content",
      "parts",
      "message",
      "role",
      "tool_calls",
      "finish_reason",
      "id",
      "index",
      "type",
      "text",
      "function",
    ],
    ...["gen_ai.event.content", "gen_ai.input.messages", "gen_ai.output.messages", "gen_ai.system_instructions"],
    ...["gen_ai.prompt", "gen_ai.completion", "prompt", "response", "tool_input", "tool_name", "success", "cost_usd"],
  ];
  const { any } = fc.letrec((tie) => ({
    any: fc.oneof(
      { maxDepth: 4 },
      fc.constantFrom<unknown>(null, true, 0, -1, 1.5, "", "{", "[", "text", "tool_call", "user", "tool", "__proto__"),
      fc.array(tie("any"), { maxLength: 3 }),
      fc.dictionary(fc.constantFrom(...keys), tie("any"), { maxKeys: 4 }),
      tie("any").map((value) => JSON.stringify(value)),
    ),
  }));
  const name = fc.constantFrom(
    ...["gen_ai.system.message", "gen_ai.user.message", "gen_ai.assistant.message", "gen_ai.tool.message"],
    ...["gen_ai.choice", "gen_ai.client.inference.operation.details", "gen_ai.content.prompt"],
    ...["gen_ai.content.completion", "user_prompt", "assistant_response", "tool_result", "api_request"],
  );
  const fields = fc.record({ name, body: any, attributes: fc.dictionary(fc.constantFrom(...keys), any) });
  fc.assert(
    fc.property(fc.array(fields, { minLength: 1, maxLength: 3 }), (all) => {
      const records = all.map(({ name: event, body, attributes }) => {
        const of = { body, attributes } as Pick<LogRecord, "body" | "attributes">;
        return { record: record(event, of), context: CLAUDE_CODE };
      });
      const content = contentOfRecords(records);
      for (const said of [content.input, content.output]) {
        expect(said).not.toEqual([]);
        for (const one of said ?? []) expect([typeof one.role, Array.isArray(one.parts)]).toEqual(["string", true]);
      }
      expect(JSON.parse(JSON.stringify(content))).toEqual(content);
      for (const { record: each, context } of records) {
        const cost = clientCostOf(each, context) ?? 0;
        expect(Number.isSafeInteger(cost) && cost >= 0).toBe(true);
      }
    }),
    { numRuns: 3000 },
  );
});

describe("Claude Code", () => {
  const told = (...records: LogRecord[]) =>
    contentOfRecords(records.map((each) => ({ record: each, context: CLAUDE_CODE })));

  test("a failed tool says why", () => {
    const attributes = {
      tool_name: "Bash",
      success: "false",
      error: "exit 1",
      tool_parameters: '{"bash_command":"ls"}',
    };
    expect(told(record("claude_code.tool_result", { attributes })).output).toEqual([
      { role: "assistant", parts: [{ type: "tool_call", name: "Bash", arguments: { bash_command: "ls" } }] },
      { role: "tool", parts: [{ type: "tool_result", name: "Bash", result: { success: false, error: "exit 1" } }] },
    ]);
  });

  test("a tool of which nothing more is known was called", () => {
    expect(told(record("tool_result", { attributes: { tool_name: "Read", tool_input: "{cut" } })).output).toEqual([
      { role: "assistant", parts: [{ type: "tool_call", name: "Read", arguments: "{cut" }] },
    ]);
  });

  test("events without a message give none", () => {
    const names = ["api_request", "api_error", "tool_decision", "user_prompt", "assistant_response"];
    const attributes = { error: "overloaded", model: "claude", prompt_length: "17" };
    expect(told(...names.map((name) => record(name, { attributes })))).toEqual({ input: null, output: null });
  });

  test.each<[string, LogRecord["attributes"], number | undefined]>([
    ["a number", { cost_usd: 0.00034080000000000004, cost_usd_micros: 341 }, 340_800],
    ["a text", { cost_usd: "0.0123" }, 12_300_000],
    ["a text with an exponent", { cost_usd: "3e-7" }, 300],
    ["nothing", { cost_usd: 0 }, 0],
    ["millionths alone", { cost_usd_micros: 341 }, 341_000],
    ["millionths as text", { cost_usd_micros: "341" }, 341_000],
    ["no figure", { cost_usd: "NaN" }, undefined],
    ["an empty text", { cost_usd: "" }, undefined],
    ["a negative one", { cost_usd: -1 }, undefined],
    ["more than a number holds", { cost_usd: 1e300 }, undefined],
    ["a map", { cost_usd: {} }, undefined],
    ["none", {}, undefined],
  ])("what a call cost: %s", (_, attributes, cost) => {
    expect(clientCostOf(record("api_request", { attributes }), CLAUDE_CODE)).toBe(cost);
    expect(clientCostOf(record("claude_code.api_request", { attributes }), CLAUDE_CODE)).toBe(cost);
    expect(clientCostOf(record("api_error", { attributes }), CLAUDE_CODE)).toBeUndefined();
    expect(clientCostOf(record("api_request", { attributes }), contextOf("my.app"))).toBeUndefined();
  });
});

describe("a call of Claude Code, whose records name the span around it", () => {
  const records = capturedBySpan("claude-code").get("f800bf2138734135") ?? [];
  const spans = traceRequests("claude-code").flatMap(({ type, body }) =>
    decodeTraces(type, body).groups.flatMap(({ context, spans }) => spans.map((span) => ({ context, span }))),
  );
  const call = (id: string) => spans.find(({ span }) => span.span_id === id)?.span as Span;
  const asked = { role: "user", parts: [{ type: "text", text: "Weather in Paris?" }] };
  const first = { role: "assistant", parts: [{ type: "text", text: "Let me look." }] };
  const read = { id: "toolu_fake_1", name: "Read" };

  test("gets its own part of the conversation", () => {
    expect(contentOfCall(call("ef9cfd5de06e2eaf"), records)).toEqual({
      input: [asked],
      output: [
        first,
        { role: "assistant", parts: [{ type: "tool_call", ...read, arguments: { file_path: expect.any(String) } }] },
      ],
    });
    expect(contentOfCall(call("4432b759078ff2b6"), records)).toEqual({
      input: [
        asked,
        first,
        expect.anything(),
        { role: "tool", parts: [{ type: "tool_result", ...read, result: { success: true } }] },
      ],
      output: [{ role: "assistant", parts: [{ type: "text", text: "It is 18 degrees and sunny in Paris." }] }],
    });
  });

  test("gets none if no record has its figures at its time", () => {
    const none = { input: null, output: null };
    const other = call("ef9cfd5de06e2eaf");
    expect(contentOfCall({ ...other, attributes: { ...other.attributes, output_tokens: 13 } }, records)).toEqual(none);
    expect(contentOfCall({ ...other, start_time_unix_nano: `${other.end_time_unix_nano}0` }, records)).toEqual(none);
    expect(contentOfCall(other, [])).toEqual(none);
  });

  test("is the only kind that is looked for there", () => {
    expect(spans.map(({ context }) => speaksThroughParent(context))).toEqual(spans.map(() => true));
    expect(speaksThroughParent(contextOf("openai"))).toBe(false);
  });
});
