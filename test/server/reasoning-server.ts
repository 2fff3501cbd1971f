import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { expect } from "vitest";
import type { Run } from "../../src/domain/runs/schema.ts";
import { type FakeProvider, startProvider } from "../fakes/provider.ts";
import { KEY, removeState, type StartedServer, startServer } from "./harness.ts";

/** Keys of providers: none of them may be told to anybody. */
export const KEYS = {
  OPENAI_API_KEY: "sk-openai-1111111111111111",
  ANTHROPIC_API_KEY: "sk-ant-2222222222222222",
  OPENROUTER_API_KEY: "sk-or-3333333333333333",
};

export interface Answer {
  isError: boolean;
  text: string;
  // Each tool has a shape of its own.
  data: Record<string, unknown> & { session_id: string; url: string };
}

export interface LogEvent {
  type: string;
  data: Record<string, unknown>;
}

/** A started server whose models are a fake provider, and a client of its `/mcp`. */
export interface ReasoningServer {
  provider: FakeProvider;
  server: StartedServer;
  client: Client;
  call(name: string, args: object): Promise<Answer>;
  /** Calls that succeed: their structured answer. */
  ask(name: string, args: object): Promise<Answer["data"]>;
  events(id: string): Promise<LogEvent[]>;
  /** Stops the server and starts it again on the same state. */
  restart(): Promise<void>;
  /** Ends everything, and looks for keys in all that was answered, logged and printed. */
  stop(): Promise<void>;
}

export function environment(origin: string): Record<string, string> {
  return {
    ...KEYS,
    OPENAI_BASE_URL: `${origin}/openai/v1`,
    ANTHROPIC_BASE_URL: `${origin}/anthropic`,
    OPENROUTER_BASE_URL: `${origin}/openrouter/v1`,
    MODEL_TIMEOUT_MS: "5000",
  };
}

export async function connect(to: StartedServer): Promise<Client> {
  const made = new Client({ name: "test", version: "1" }, { versionNegotiation: { mode: "auto" } });
  const headers = { authorization: `Bearer ${KEY}` };
  await made.connect(new StreamableHTTPClientTransport(new URL(`${to.origin}/mcp`), { requestInit: { headers } }));
  return made;
}

export async function callTool(client: Client, name: string, args: object): Promise<Answer> {
  const result = await client.callTool({ name, arguments: { ...args } });
  const [first] = result.content as { text: string }[];
  return {
    isError: result.isError ?? false,
    text: first?.text ?? "",
    data: result.structuredContent as Answer["data"],
  };
}

export async function startReasoning(): Promise<ReasoningServer> {
  const provider = await startProvider();
  const first = await startServer(undefined, environment(provider.origin));
  let answered = "";
  const own: ReasoningServer = {
    provider,
    server: first,
    client: await connect(first),
    async call(name, args) {
      const answer = await callTool(own.client, name, args);
      answered += JSON.stringify(answer);
      return answer;
    },
    async ask(name, args) {
      const { isError, text, data } = await own.call(name, args);
      expect(isError, text).toBe(false);
      return data;
    },
    events: async (id) => (await own.server.json<{ data: LogEvent[] }>(`/api/runs/${id}/events?limit=1000`)).data,
    async restart() {
      await own.client.close();
      answered += own.server.output();
      await own.server.stop();
      own.server = await startServer(own.server.state, environment(provider.origin));
      own.client = await connect(own.server);
    },
    async stop() {
      const { data } = await own.server.json<{ data: Run[] }>("/api/runs?kind=reasoning&limit=200");
      const kept = await Promise.all(data.map(({ id }) => own.events(id)));
      await own.client.close();
      await own.server.stop();
      await provider.stop();
      removeState(own.server.state);
      const everything = answered + JSON.stringify(kept) + own.server.output();
      for (const key of Object.values(KEYS)) expect(everything).not.toContain(key);
    },
  };
  return own;
}
