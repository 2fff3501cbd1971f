import http from "node:http";
import type { AddressInfo } from "node:net";

type Json = Record<string, unknown>;

/**
 * What the stand-in reports for every call. A run that reads otherwise was read wrongly: an Anthropic prompt is
 * 42 + 8 + 16 = 66 tokens, as Anthropic counts cached tokens beside input_tokens, and an OpenAI prompt is 42 of which 16.
 */
export const OPENAI_USAGE = { prompt: 42, cached: 16, completion: 12, reasoning: 5 };
export const ANTHROPIC_USAGE = { input: 42, cacheWrite: 8, cacheRead: 16, output: 12 };

const ANSWER = "It is sunny in Bern.";
const ARGUMENTS = { city: "Bern" };
const MODEL = { openai: "gpt-4o-mini-2024-07-18", anthropic: "claude-sonnet-4-20250514" };

export interface Models {
  origin: string;
  /** Calls that were answered, as `METHOD path`. */
  calls: string[];
  close(): void;
}

/**
 * A local stand-in for OpenAI and Anthropic. With tools and without a tool's result, it calls the first tool that is named
 * after the weather; otherwise it answers a fixed sentence.
 */
export async function startModels(): Promise<Models> {
  const calls: string[] = [];
  const server = http.createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const path = (request.url ?? "").split("?")[0] ?? "";
    calls.push(`${request.method} ${path}`);
    let body: Json = {};
    try {
      body = JSON.parse(Buffer.concat(chunks).toString() || "{}") as Json;
    } catch {}
    const answer = Object.entries(ROUTES).find(([end]) => path.endsWith(end))?.[1](body);
    if (!answer) {
      response.writeHead(404, { "content-type": "application/json" });
      response.end(JSON.stringify({ error: { type: "not_found_error", message: `Nothing at ${path}` } }));
    } else if (Array.isArray(answer)) {
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.end(answer.join(""));
    } else {
      response.writeHead(200, { "content-type": "application/json" });
      response.end(JSON.stringify(answer));
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return { origin: `http://127.0.0.1:${port}`, calls, close: () => server.close() };
}

/** An object is the whole answer, a list is a stream. */
const ROUTES: Record<string, (body: Json) => Json | string[]> = {
  "/chat/completions": (body) => (body.stream ? chatStream(body) : chat(body)),
  "/responses": (body) => (body.stream ? responseStream(body) : response(body)),
  "/embeddings": () => ({
    object: "list",
    model: "text-embedding-3-small",
    data: [{ object: "embedding", index: 0, embedding: [0.1, 0.2, 0.3] }],
    usage: { prompt_tokens: 9, total_tokens: 9 },
  }),
  "/messages": (body) => (body.stream ? messageStream(body) : message(body)),
  "/messages/count_tokens": () => ({ input_tokens: 42 }),
};

let serial = 0;
const id = (prefix: string) => `${prefix}_${String(++serial).padStart(6, "0")}`;
const data = (value: unknown) => `data: ${JSON.stringify(value)}\n\n`;
const event = (value: Json) => `event: ${value.type}\n${data(value)}`;

/** The name of the tool to call, if one is on offer and none was called yet. */
function wantedTool(body: Json): string | undefined {
  const names = ((body.tools ?? []) as Json[]).map((tool) => String((tool.function as Json)?.name ?? tool.name ?? ""));
  const said = JSON.stringify(body.messages ?? body.input ?? "");
  if (/"role":"tool"|"tool_result"|"function_call_output"/.test(said)) return undefined;
  return names.find((name) => /weather/i.test(name));
}

const chatUsage = {
  prompt_tokens: OPENAI_USAGE.prompt,
  completion_tokens: OPENAI_USAGE.completion,
  total_tokens: OPENAI_USAGE.prompt + OPENAI_USAGE.completion,
  prompt_tokens_details: { cached_tokens: OPENAI_USAGE.cached, audio_tokens: 0 },
  completion_tokens_details: { reasoning_tokens: OPENAI_USAGE.reasoning, audio_tokens: 0 },
};

function chat(body: Json): Json {
  const tool = wantedTool(body);
  const call = { id: id("call"), type: "function", function: { name: tool, arguments: JSON.stringify(ARGUMENTS) } };
  return {
    id: id("chatcmpl"),
    object: "chat.completion",
    created: 1_795_000_000,
    model: MODEL.openai,
    choices: [
      {
        index: 0,
        message: tool
          ? { role: "assistant", content: null, tool_calls: [call], refusal: null }
          : { role: "assistant", content: ANSWER, refusal: null },
        logprobs: null,
        finish_reason: tool ? "tool_calls" : "stop",
      },
    ],
    usage: chatUsage,
  };
}

/** As OpenAI does, usage comes only when `stream_options.include_usage` asks for it. */
function chatStream(body: Json): string[] {
  const whole = chat(body);
  const choice = (whole.choices as Json[])[0] as Json;
  const said = choice.message as Json;
  const chunk = (choices: unknown[], usage: unknown = null) =>
    data({ ...whole, object: "chat.completion.chunk", choices, usage });
  const toolCalls = (said.tool_calls as Json[] | undefined)?.map((call, index) => ({ index, ...call }));
  const deltas = toolCalls ? [{ tool_calls: toolCalls }] : ANSWER.split(/(?= )/).map((content) => ({ content }));
  return [
    chunk([{ index: 0, delta: { role: "assistant", content: toolCalls ? null : "" }, finish_reason: null }]),
    ...deltas.map((delta) => chunk([{ index: 0, delta, finish_reason: null }])),
    chunk([{ index: 0, delta: {}, finish_reason: choice.finish_reason }]),
    ...((body.stream_options as Json)?.include_usage ? [chunk([], chatUsage)] : []),
    "data: [DONE]\n\n",
  ];
}

function response(body: Json): Json {
  const tool = wantedTool(body);
  return {
    id: id("resp"),
    object: "response",
    created_at: 1_795_000_000,
    status: "completed",
    model: MODEL.openai,
    error: null,
    incomplete_details: null,
    instructions: body.instructions ?? null,
    metadata: {},
    parallel_tool_calls: true,
    temperature: 1,
    top_p: 1,
    tool_choice: "auto",
    tools: body.tools ?? [],
    output: [
      tool
        ? {
            id: id("fc"),
            type: "function_call",
            status: "completed",
            call_id: id("call"),
            name: tool,
            arguments: JSON.stringify(ARGUMENTS),
          }
        : {
            id: id("msg"),
            type: "message",
            role: "assistant",
            status: "completed",
            content: [{ type: "output_text", text: ANSWER, annotations: [], logprobs: [] }],
          },
    ],
    usage: {
      input_tokens: OPENAI_USAGE.prompt,
      input_tokens_details: { cached_tokens: OPENAI_USAGE.cached },
      output_tokens: OPENAI_USAGE.completion,
      output_tokens_details: { reasoning_tokens: OPENAI_USAGE.reasoning },
      total_tokens: OPENAI_USAGE.prompt + OPENAI_USAGE.completion,
    },
  };
}

function responseStream(body: Json): string[] {
  const whole = response(body);
  const item = (whole.output as Json[])[0] as Json;
  const at = { output_index: 0, item_id: item.id };
  const started = { ...whole, status: "in_progress", output: [], usage: null };
  const middle: Json[] =
    item.type === "message"
      ? [
          {
            type: "response.content_part.added",
            ...at,
            content_index: 0,
            part: { type: "output_text", text: "", annotations: [] },
          },
          { type: "response.output_text.delta", ...at, content_index: 0, delta: ANSWER, logprobs: [] },
          { type: "response.output_text.done", ...at, content_index: 0, text: ANSWER, logprobs: [] },
          { type: "response.content_part.done", ...at, content_index: 0, part: (item.content as Json[])[0] },
        ]
      : [
          { type: "response.function_call_arguments.delta", ...at, delta: item.arguments },
          { type: "response.function_call_arguments.done", ...at, name: item.name, arguments: item.arguments },
        ];
  const empty = item.type === "message" ? { content: [] } : { arguments: "" };
  return [
    { type: "response.created", response: started },
    {
      type: "response.output_item.added",
      output_index: 0,
      item: { ...item, ...empty, status: "in_progress" },
    },
    ...middle,
    { type: "response.output_item.done", output_index: 0, item },
    { type: "response.completed", response: whole },
  ].map((each, sequence_number) => event({ ...each, sequence_number }));
}

const messageUsage = {
  input_tokens: ANTHROPIC_USAGE.input,
  cache_creation_input_tokens: ANTHROPIC_USAGE.cacheWrite,
  cache_read_input_tokens: ANTHROPIC_USAGE.cacheRead,
  output_tokens: ANTHROPIC_USAGE.output,
  service_tier: "standard",
};

function message(body: Json): Json {
  const tool = wantedTool(body);
  return {
    id: id("msg"),
    type: "message",
    role: "assistant",
    model: MODEL.anthropic,
    content: [
      tool ? { type: "tool_use", id: id("toolu"), name: tool, input: ARGUMENTS } : { type: "text", text: ANSWER },
    ],
    stop_reason: tool ? "tool_use" : "end_turn",
    stop_sequence: null,
    usage: messageUsage,
  };
}

function messageStream(body: Json): string[] {
  const whole = message(body);
  const block = (whole.content as Json[])[0] as Json;
  const text = block.type === "text";
  return [
    {
      type: "message_start",
      message: { ...whole, content: [], stop_reason: null, usage: { ...messageUsage, output_tokens: 1 } },
    },
    {
      type: "content_block_start",
      index: 0,
      content_block: text ? { type: "text", text: "" } : { ...block, input: {} },
    },
    {
      type: "content_block_delta",
      index: 0,
      delta: text
        ? { type: "text_delta", text: ANSWER }
        : { type: "input_json_delta", partial_json: JSON.stringify(ARGUMENTS) },
    },
    { type: "content_block_stop", index: 0 },
    {
      type: "message_delta",
      delta: { stop_reason: whole.stop_reason, stop_sequence: null },
      usage: { output_tokens: ANTHROPIC_USAGE.output },
    },
    { type: "message_stop" },
  ].map(event);
}
