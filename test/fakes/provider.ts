import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/** A request as the fake got it. */
export interface Received {
  path: string;
  headers: IncomingMessage["headers"];
  body: { model: string; messages: { role: string; content: string }[]; system?: string; temperature?: number };
}

/** How one call is answered. */
export type Reply =
  /** `everyMs` between its pieces. */
  | { text: string; model?: string; finish?: string; everyMs?: number }
  | { status: number; body: unknown; headers?: Record<string, string> }
  /** The stream breaks off after the text. */
  | { cut: string }
  /** One piece every `everyMs`, without an end. */
  | { drip: string; everyMs: number }
  /** Bytes of an answer that is no answer. */
  | { raw: string; contentType: string };

/** The APIs of OpenAI (also what OpenRouter speaks) and Anthropic, on a port of this machine. */
export interface FakeProvider {
  /** With `/openai/v1`, `/openrouter/v1` or `/anthropic` behind it. */
  origin: string;
  received: Received[];
  /** Calls whose client hung up before the end. */
  hungUp: number;
  /** Answers of the next calls, one each; beyond them each call is answered by what it was asked. */
  replies: Reply[];
  stop(): Promise<void>;
}

export async function startProvider(): Promise<FakeProvider> {
  const server = createServer(
    (request, response) => void answer(fake, request, response).catch(() => response.destroy()),
  );
  const fake: FakeProvider = {
    origin: "",
    received: [],
    hungUp: 0,
    replies: [],
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  fake.origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return fake;
}

async function answer(fake: FakeProvider, request: IncomingMessage, response: ServerResponse): Promise<void> {
  let text = "";
  for await (const chunk of request) text += chunk;
  const path = request.url ?? "";
  const body = JSON.parse(text) as Received["body"];
  fake.received.push({ path, headers: request.headers, body });
  response.on("close", () => {
    if (!response.writableFinished) fake.hungUp++;
  });
  const reply = fake.replies.shift() ?? { text: `You said: ${body.messages.at(-1)?.content}` };
  const write = path.startsWith("/anthropic") ? anthropic(body.model) : openai(body.model);
  if ("status" in reply) {
    response.writeHead(reply.status, { "content-type": "application/json", ...reply.headers });
    response.end(JSON.stringify(reply.body));
    return;
  }
  if ("raw" in reply) {
    response.writeHead(200, { "content-type": reply.contentType });
    response.end(reply.raw);
    return;
  }
  response.writeHead(200, { "content-type": "text/event-stream" });
  response.write(write.begin);
  if ("cut" in reply) {
    response.write(write.piece(reply.cut));
    await sleep(20);
    response.destroy();
    return;
  }
  if ("drip" in reply) {
    while (!response.destroyed) {
      response.write(write.piece(reply.drip));
      await sleep(reply.everyMs);
    }
    return;
  }
  // In pieces, as models write.
  for (const piece of reply.text.match(/[\s\S]{1,40}/g) ?? []) {
    response.write(write.piece(piece));
    if (reply.everyMs !== undefined) await sleep(reply.everyMs);
  }
  response.end(write.end(reply.finish));
}

const frame = (data: unknown, event?: string) =>
  `${event === undefined ? "" : `event: ${event}\n`}data: ${typeof data === "string" ? data : JSON.stringify(data)}\n\n`;

/** Chat Completions, streamed. Every answer took 100 tokens in, 20 of them cached, and 30 out. */
function openai(model: string) {
  const chunk = (choices: unknown[], more: object = {}) =>
    frame({ id: "chatcmpl-1", object: "chat.completion.chunk", created: 1, model, choices, ...more });
  const usage = {
    prompt_tokens: 100,
    completion_tokens: 30,
    total_tokens: 130,
    prompt_tokens_details: { cached_tokens: 20 },
    completion_tokens_details: { reasoning_tokens: 10 },
  };
  return {
    begin: chunk([{ index: 0, delta: { role: "assistant", content: "" }, finish_reason: null }]),
    piece: (content: string) => chunk([{ index: 0, delta: { content }, finish_reason: null }]),
    end: (finish = "stop") =>
      chunk([{ index: 0, delta: {}, finish_reason: finish }]) + chunk([], { usage }) + frame("[DONE]"),
  };
}

/** Messages, streamed. The same counts, as Anthropic writes them. */
function anthropic(model: string) {
  const message = {
    id: "msg_1",
    type: "message",
    role: "assistant",
    model,
    content: [],
    stop_reason: null,
    stop_sequence: null,
    usage: { input_tokens: 80, cache_read_input_tokens: 20, cache_creation_input_tokens: 0, output_tokens: 1 },
  };
  const event = (type: string, data: object) => frame({ type, ...data }, type);
  return {
    begin:
      event("message_start", { message }) +
      event("content_block_start", { index: 0, content_block: { type: "text", text: "" } }) +
      event("ping", {}),
    piece: (text: string) => event("content_block_delta", { index: 0, delta: { type: "text_delta", text } }),
    end: (finish = "end_turn") =>
      event("content_block_stop", { index: 0 }) +
      event("message_delta", { delta: { stop_reason: finish, stop_sequence: null }, usage: { output_tokens: 30 } }) +
      event("message_stop", {}),
  };
}
