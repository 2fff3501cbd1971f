import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client as NewClient, StreamableHTTPClientTransport as NewTransport } from "@modelcontextprotocol/client";
import { Client as OldClient } from "@modelcontextprotocol/sdk/client/index.js";
import { SSEClientTransport } from "@modelcontextprotocol/sdk/client/sse.js";
import { StreamableHTTPClientTransport as OldTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { at } from "../../scripts/root.ts";
import { eventually, hex, KEY, removeState, type StartedServer, span, startServer } from "./harness.ts";
import { letIn } from "./person.ts";

const CALLBACK = "http://127.0.0.1:9/callback";
const traceId = hex(16);

let server: StartedServer;
let mcp: URL;

beforeAll(async () => {
  server = await startServer();
  mcp = new URL(`${server.origin}/mcp`);
  await server.send([span(traceId, "seen by clients")]);
  await eventually(
    () => server.json<{ data: unknown[] }>("/api/runs"),
    ({ data }) => data.length > 0,
  );
});

afterAll(async () => {
  await server.stop();
  removeState(server.state);
});

/** What both generations of the SDK have in common, as far as it is used here. */
interface AnyClient {
  connect(transport: never): Promise<void>;
  close(): Promise<void>;
  ping(): Promise<unknown>;
  getServerVersion(): unknown;
  listTools(): Promise<{ tools: { name: string; description?: string; inputSchema: { type: string } }[] }>;
  callTool(call: { name: string; arguments: Record<string, unknown> }): Promise<{
    isError?: boolean;
    structuredContent?: unknown;
    content?: unknown;
  }>;
  listResourceTemplates(): Promise<{ resourceTemplates: { uriTemplate: string }[] }>;
  readResource(address: { uri: string }): Promise<{ contents: { text?: string }[] }>;
}

type NewMode = "legacy" | "auto" | { pin: string };
const newClient = (mode: NewMode) => new NewClient({ name: "test", version: "1" }, { versionNegotiation: { mode } });

interface Kind {
  name: string;
  client(): AnyClient;
  transport(options: object): { finishAuth(code: never): Promise<void>; protocolVersion?: string };
  revision: string;
  /** Whether it asks its person for a scope that it lacks. v1 renews its token instead, and gives up when that has no more. */
  stepsUp: boolean;
}

const KINDS: Kind[] = [
  {
    name: "SDK v1",
    client: () => new OldClient({ name: "test", version: "1" }) as unknown as AnyClient,
    transport: (options) => new OldTransport(mcp, options),
    revision: "2025-11-25",
    stepsUp: false,
  },
  ...(
    [
      ["by itself", "auto", "2026-07-28"],
      ["with the new revision only", { pin: "2026-07-28" }, "2026-07-28"],
      ["with the old revisions only", "legacy", "2025-11-25"],
    ] as [string, NewMode, string][]
  ).map(([how, mode, revision]) => ({
    name: `SDK v2 ${how}`,
    client: () => newClient(mode) as unknown as AnyClient,
    transport: (options: object) => new NewTransport(mcp, options),
    revision,
    stepsUp: true,
  })),
];

describe.each(KINDS)("$name", ({ client: make, transport, revision, stepsUp }) => {
  const withKey = () => transport({ requestInit: { headers: { authorization: `Bearer ${KEY}` } } });

  test("finds the tools, calls them, reads resources and is told of errors", async () => {
    const client = make();
    const line = withKey();
    await client.connect(line as never);
    expect([client.getServerVersion(), revisionOf(client, line)]).toEqual([
      expect.objectContaining({ name: "runlight" }),
      revision,
    ]);
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toEqual(expect.arrayContaining(["search_runs", "get_run", "write_events"]));
    const found = await client.callTool({ name: "search_runs", arguments: { limit: 5 } });
    expect(found.structuredContent).toMatchObject({ runs: [{ id: traceId, name: "seen by clients" }] });
    const missing = await client.callTool({ name: "get_run", arguments: { id: "none" } });
    expect([missing.isError, JSON.stringify(missing.content)]).toEqual([
      true,
      expect.stringContaining("run_not_found"),
    ]);
    const wrong = await client.callTool({ name: "get_run", arguments: { id: 1 } });
    expect(wrong.isError).toBe(true);
    const { resourceTemplates } = await client.listResourceTemplates();
    expect(resourceTemplates.map(({ uriTemplate }) => uriTemplate)).toContain("run://{id}");
    const { contents } = await client.readResource({ uri: `run://${traceId}` });
    expect(contents[0]?.text).toContain("seen by clients");
    await client.close();
  });

  test("asks many things at once", async () => {
    const client = make();
    await client.connect(withKey() as never);
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => client.callTool({ name: "get_run", arguments: { id: traceId } })),
    );
    expect(answers.map(({ isError }) => isError ?? false)).toEqual(Array.from({ length: 20 }, () => false));
    await client.close();
  });

  test("connects by OAuth alone, renews its token, and asks its person again for a scope that it lacks", async () => {
    const memory = newMemory();
    const first = transport({ authProvider: memory.provider });
    await expect(make().connect(first as never)).rejects.toThrow(/unauthorized/i);
    expect(memory.sentTo).toHaveLength(1);
    expect(scopesOf(memory.sentTo[0])).toEqual(["read", "write"]);
    await finish(first, await letIn(String(memory.sentTo[0]), ["read"]));
    expect(memory.tokens).toMatchObject({ token_type: "bearer", scope: "read" });

    const client = make();
    await client.connect(transport({ authProvider: memory.provider }) as never);
    const search = () => client.callTool({ name: "search_runs", arguments: {} });
    expect((await search()).isError ?? false).toBe(false);

    const before = memory.tokens;
    memory.tokens = { ...before, access_token: "a:b:c" };
    expect((await search()).isError ?? false).toBe(false);
    expect(memory.tokens?.access_token).not.toBe(before?.access_token);
    expect(memory.sentTo).toHaveLength(1);

    const note = { name: "annotate_run", arguments: { run_id: traceId, note: "Seen." } };
    await expect(client.callTool(note)).rejects.toThrow();
    expect(memory.sentTo.slice(1).map(scopesOf)).toEqual(stepsUp ? [expect.arrayContaining(["write"])] : []);
    await client.close();
  });
});

/** The revision that is spoken: v1 keeps it with the transport, v2 with the client. */
function revisionOf(client: AnyClient, line: { protocolVersion?: string }): string | undefined {
  const { getNegotiatedProtocolVersion: ask } = client as { getNegotiatedProtocolVersion?(): string };
  return ask ? ask.call(client) : line.protocolVersion;
}

/** v1 takes the code, v2 all that came with it. */
async function finish(line: object, at: URL): Promise<void> {
  if (line instanceof NewTransport) await line.finishAuth(at.searchParams);
  else await (line as OldTransport).finishAuth(at.searchParams.get("code") ?? "");
}

const scopesOf = (address: URL | undefined) => address?.searchParams.get("scope")?.split(" ");

interface Tokens {
  access_token: string;
  token_type: string;
}

/** A client's own memory of its registration and tokens; whom it sends to the consent page is written down. */
function newMemory() {
  let information: unknown;
  let verifier = "";
  let discovered: unknown;
  const memory = {
    sentTo: [] as URL[],
    tokens: undefined as Tokens | undefined,
    provider: {
      redirectUrl: CALLBACK,
      clientMetadata: { client_name: "Test client", redirect_uris: [CALLBACK], token_endpoint_auth_method: "none" },
      clientInformation: () => information,
      saveClientInformation: (given: unknown) => {
        information = given;
      },
      tokens: () => memory.tokens,
      saveTokens: (given: Tokens) => {
        memory.tokens = given;
      },
      redirectToAuthorization: (address: URL) => {
        memory.sentTo.push(address);
      },
      saveCodeVerifier: (given: string) => {
        verifier = given;
      },
      codeVerifier: () => verifier,
      saveDiscoveryState: (given: unknown) => {
        discovered = given;
      },
      discoveryState: () => discovered,
    },
  };
  return memory;
}

test("a client of the transport before 2025 is told at once that there is none", async () => {
  const headers = { authorization: `Bearer ${KEY}` };
  const transport = new SSEClientTransport(mcp, { requestInit: { headers } });
  await expect(new OldClient({ name: "test", version: "1" }).connect(transport)).rejects.toThrow("405");
});

describe("the inspector", () => {
  const home = mkdtempSync(join(tmpdir(), "runlight-inspector-"));
  afterAll(() => rmSync(home, { recursive: true, force: true }));

  /** Runs its command line. @returns the exit code, and the JSON that it printed */
  function inspect(...args: string[]): Promise<{ code: number | null; result: unknown; error: string }> {
    const all = ["--cli", mcp.href, "--transport", "http", "--format", "json", "--stored-auth-only", ...args];
    // It keeps what it knows in the home of whoever runs it.
    const env = { ...process.env, HOME: home };
    const child = spawn(at("node_modules/.bin/mcp-inspector"), all, { env, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    let error = "";
    child.stdout.on("data", (chunk) => (output += chunk));
    child.stderr.on("data", (chunk) => (error += chunk));
    return new Promise((resolve, reject) => {
      child.once("error", reject);
      child.once("close", (code) => {
        const { result } = (output === "" ? {} : JSON.parse(output)) as { result?: unknown };
        resolve({ code, result, error });
      });
    });
  }
  const withKey = (...args: string[]) => inspect("--header", `Authorization: Bearer ${KEY}`, ...args);

  test.each(["legacy", "modern", "auto"])("lists tools whose schemas are portable (%s)", async (era) => {
    const { code, result } = await withKey("--protocol-era", era, "--method", "tools/list", "--strict");
    expect([code, result]).toEqual([
      0,
      { tools: expect.arrayContaining([expect.objectContaining({ name: "get_run" })]) },
    ]);
  });

  test("calls a tool, and tells a tool's error and a wrong key apart", async () => {
    const call = ["--method", "tools/call", "--tool-name", "get_run", "--tool-args-json"];
    const [good, failed, refused] = await Promise.all([
      withKey(...call, JSON.stringify({ id: traceId })),
      withKey(...call, JSON.stringify({ id: "none" })),
      inspect("--header", "Authorization: Bearer no", ...call, "{}"),
    ]);
    expect([good.code, good.result]).toEqual([
      0,
      expect.objectContaining({
        structuredContent: expect.objectContaining({ run: expect.objectContaining({ id: traceId }) }),
      }),
    ]);
    expect([failed.code, failed.error]).toEqual([5, expect.stringContaining("tool_is_error")]);
    expect([refused.code, refused.error]).toEqual([3, expect.stringContaining("auth_required")]);
  });
});
