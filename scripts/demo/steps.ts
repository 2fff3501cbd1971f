import type { Round } from "./round.ts";
import type { Attributes, Failure, Step } from "./spans.ts";

// Steps of an agent in the words of OpenTelemetry's GenAI conventions.

export type Part =
  | { type: "text"; content: string }
  | { type: "reasoning"; content: string }
  | Call
  | { type: "tool_call_response"; id: string; response: unknown };

export interface Call {
  type: "tool_call";
  id: string;
  name: string;
  arguments: unknown;
}

/** A tool that the model asks for. */
export function call(round: Round, name: string, args: object): Call {
  return { type: "tool_call", id: `call_${round.hex(8)}`, name, arguments: args };
}

export interface Message {
  role: "user" | "assistant" | "tool";
  parts: Part[];
  finish_reason?: string;
}

export const text = (content: string): Part => ({ type: "text", content });
export const thought = (content: string): Part => ({ type: "reasoning", content });

export interface Tool {
  name: string;
  description: string;
  parameters: { [name: string]: string };
}

/** A prompt that is kept outside the code, with its version. */
export interface Prompt {
  name: string;
  version: string;
}

const managed = ({ name, version }: Prompt): Attributes => ({
  "gen_ai.prompt.name": name,
  "gen_ai.prompt.version": version,
});

export interface Model {
  provider: string;
  name: string;
  /** The exact model that answers. */
  response: string;
  host: string;
  stop: string;
  stopForTool: string;
  /** It tells how much of a prompt came from its cache. */
  tellsCache: boolean;
}

export function agent(of: { name: string; description: string; asked: string; model: Model }): Step {
  return {
    name: `invoke_agent ${of.name}`,
    kind: "internal",
    attributes: {
      "gen_ai.operation.name": "invoke_agent",
      "gen_ai.provider.name": of.model.provider,
      "gen_ai.request.model": of.model.name,
      "gen_ai.agent.name": of.name,
      "gen_ai.agent.id": `agent_${of.name.replaceAll("-", "_")}`,
      "gen_ai.agent.description": of.description,
      "gen_ai.input.messages": JSON.stringify([{ role: "user", parts: [text(of.asked)] }]),
    },
  };
}

/** What is known of an agent when it ends. */
export function answered(answer: string): Partial<Step> {
  const message: Message = { role: "assistant", parts: [text(answer)], finish_reason: "stop" };
  return { attributes: { "gen_ai.output.messages": JSON.stringify([message]) } };
}

/** Roughly what a tokenizer would say. */
const tokens = (text: string): number => Math.ceil(text.length / 3.8);
/** Providers cache whole blocks of a prompt. */
const CACHE_BLOCK = 128;

/** An agent's talk with its model: what each call sends grows by what was said and what tools gave back. */
export class Conversation {
  readonly #model: Model;
  readonly #agentName: string;
  readonly #system: string;
  readonly #tools: Tool[];
  readonly #messages: Message[];
  /** Tokens of examples and policies that the prompt carries beside what is shown. */
  readonly #promptTokens: number;
  readonly #prompt: Prompt | undefined;
  #lastInput = 0;

  constructor(of: {
    agent: string;
    model: Model;
    system: string;
    asked: string;
    tools?: Tool[];
    promptTokens?: number;
    history?: Message[];
    prompt?: Prompt;
  }) {
    this.#model = of.model;
    this.#agentName = of.agent;
    this.#system = of.system;
    this.#tools = of.tools ?? [];
    this.#messages = [...(of.history ?? []), { role: "user", parts: [text(of.asked)] }];
    this.#promptTokens = of.promptTokens ?? 1_150;
    this.#prompt = of.prompt;
  }

  /** A model call; the answer joins the conversation. */
  chat(answer: Part[], of: { firstChunkMs?: number; reasoning?: number; temperature?: number } = {}): Step {
    const model = this.#model;
    const sent = JSON.stringify(this.#messages);
    const asksTool = answer.some((part) => part.type === "tool_call");
    const reply: Message = { role: "assistant", parts: answer, finish_reason: asksTool ? "tool_call" : "stop" };
    const cached = this.#lastInput - (this.#lastInput % CACHE_BLOCK);
    this.#lastInput = this.#promptTokens + tokens(this.#system + sent + JSON.stringify(this.#tools));
    this.#messages.push(reply);
    return {
      name: `chat ${model.name}`,
      kind: "client",
      ...(of.firstChunkMs === undefined ? {} : { firstChunkMs: of.firstChunkMs }),
      attributes: {
        ...request("chat", model),
        "gen_ai.agent.name": this.#agentName,
        ...(this.#prompt === undefined ? {} : managed(this.#prompt)),
        "gen_ai.output.type": "text",
        "gen_ai.request.max_tokens": 4096,
        ...(of.temperature === undefined ? {} : { "gen_ai.request.temperature": of.temperature }),
        ...(of.firstChunkMs === undefined ? {} : { "gen_ai.request.stream": true }),
        "gen_ai.response.finish_reasons": [asksTool ? model.stopForTool : model.stop],
        "gen_ai.usage.input_tokens": this.#lastInput,
        ...(model.tellsCache ? { "gen_ai.usage.cache_read.input_tokens": cached } : {}),
        "gen_ai.usage.output_tokens": tokens(JSON.stringify(answer)) + (of.reasoning ?? 0),
        ...(of.reasoning === undefined ? {} : { "gen_ai.usage.reasoning.output_tokens": of.reasoning }),
        "gen_ai.system_instructions": JSON.stringify([text(this.#system)]),
        ...(this.#tools.length === 0 ? {} : { "gen_ai.tool.definitions": definitions(this.#tools) }),
        "gen_ai.input.messages": sent,
        "gen_ai.output.messages": JSON.stringify([reply]),
      },
    };
  }

  /** A tool that ran; its result joins the conversation. */
  tool(call: Call, response: unknown): Step {
    this.#messages.push({ role: "tool", parts: [{ type: "tool_call_response", id: call.id, response }] });
    const step = this.#toolStep(call);
    return { ...step, attributes: { ...step.attributes, "gen_ai.tool.call.result": JSON.stringify(response) } };
  }

  /** A tool that failed; the model is told, unless the tool is tried again first. */
  failedTool(call: Call, failure: Failure, of: { modelIsTold: boolean }): Step {
    if (of.modelIsTold) {
      const response = { error: failure.message };
      this.#messages.push({ role: "tool", parts: [{ type: "tool_call_response", id: call.id, response }] });
    }
    const step = this.#toolStep(call);
    return { ...step, failure, attributes: { ...step.attributes, "error.type": failure.type } };
  }

  #toolStep(call: Call): Step {
    const tool = this.#tools.find(({ name }) => name === call.name);
    return {
      name: `execute_tool ${call.name}`,
      kind: "internal",
      attributes: {
        "gen_ai.operation.name": "execute_tool",
        "gen_ai.agent.name": this.#agentName,
        "gen_ai.tool.name": call.name,
        "gen_ai.tool.type": "function",
        "gen_ai.tool.call.id": call.id,
        ...(tool === undefined ? {} : { "gen_ai.tool.description": tool.description }),
        "gen_ai.tool.call.arguments": JSON.stringify(call.arguments),
      },
    };
  }
}

export function embeddings(model: Model, query: string, dimensions: number): Step {
  return {
    name: `embeddings ${model.name}`,
    kind: "client",
    attributes: {
      ...request("embeddings", model),
      "gen_ai.embeddings.dimension.count": dimensions,
      "gen_ai.request.encoding_formats": ["float"],
      "gen_ai.usage.input_tokens": tokens(query),
    },
  };
}

export interface Document {
  id: string;
  score: number;
  content: string;
}

export function retrieval(source: string, query: string, found: Document[]): Step {
  return {
    name: `retrieval ${source}`,
    kind: "client",
    attributes: {
      "gen_ai.operation.name": "retrieval",
      "gen_ai.data_source.id": source,
      "gen_ai.request.top_k": found.length,
      "gen_ai.retrieval.query.text": query,
      "gen_ai.retrieval.documents": JSON.stringify(found),
    },
  };
}

/** The conventions have no words for a reranker's documents yet; those of retrieval fit. */
export function rerank(model: Model, query: string, kept: Document[]): Step {
  return {
    name: `rerank ${model.name}`,
    kind: "client",
    attributes: {
      ...request("rerank", model),
      "gen_ai.request.top_k": kept.length,
      "gen_ai.retrieval.query.text": query,
      "gen_ai.retrieval.documents": JSON.stringify(kept),
    },
  };
}

function request(operation: string, model: Model): Attributes {
  return {
    "gen_ai.operation.name": operation,
    "gen_ai.provider.name": model.provider,
    "gen_ai.request.model": model.name,
    "gen_ai.response.model": model.response,
    "server.address": model.host,
  };
}

function definitions(tools: Tool[]): string {
  return JSON.stringify(
    tools.map(({ name, description, parameters }) => ({
      type: "function",
      name,
      description,
      parameters: {
        type: "object",
        properties: Object.fromEntries(
          Object.entries(parameters).map(([key, about]) => [key, { type: "string", description: about }]),
        ),
        required: Object.keys(parameters),
      },
    })),
  );
}
