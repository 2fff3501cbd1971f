import { AxeBuilder } from "@axe-core/playwright";
import { test as base, expect, type Page } from "@playwright/test";
import { hex, KEY, removeState, type StartedServer, startServer } from "../server/harness.ts";

export { expect, hex };

interface Fixtures {
  /** Opens pages that are signed in. Errors of the page's console fail the test. */
  signIn: (path: string) => Promise<Page>;
}

/** Tests share a server, and each sends runs of its own. */
export const test = base.extend<Fixtures, { server: StartedServer }>({
  server: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the parameter's shape
    async ({}, use) => {
      const server = await startServer();
      await use(server);
      await server.stop();
      removeState(server.state);
    },
    { scope: "worker", timeout: 60_000 },
  ],
  signIn: async ({ page, server }, use) => {
    const problems: string[] = [];
    page.on("pageerror", (error) => problems.push(error.message));
    page.on("console", (message) => {
      if (message.type() === "error") problems.push(message.text());
    });
    await use(async (path) => {
      const answer = await page.request.post(`${server.origin}/api/auth/sign-in`, { data: { key: KEY } });
      expect(answer.status()).toBe(204);
      await page.goto(server.origin + path);
      return page;
    });
    expect(problems, "the browser's console must stay clean").toEqual([]);
  },
});

/** No finding of axe that is serious or worse. */
export async function expectAccessible(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  const bad = violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target.join(" ")).join(", ")}`);
  expect(bad).toEqual([]);
}

const text = (key: string, stringValue: string) => ({ key, value: { stringValue } });

/** Posts messages of a span as OTLP log records, as OpenTelemetry's own instrumentation of OpenAI sends them. */
export async function sendLogs(server: StartedServer, traceId: string, spanId: string, said: string[]): Promise<void> {
  const logRecords = said.map((content, at) => ({
    traceId,
    spanId,
    timeUnixNano: String(BigInt(Date.now()) * 1_000_000n + BigInt(at)),
    severityText: "INFO",
    eventName: "gen_ai.user.message",
    attributes: [text("event.name", "gen_ai.user.message"), text("gen_ai.system", "openai")],
    body: { kvlistValue: { values: [text("content", content)] } },
  }));
  const answer = await server.fetch("/v1/logs", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ resourceLogs: [{ scopeLogs: [{ logRecords }] }] }),
  });
  expect(answer.status).toBe(200);
}

/** What a run may have other than usual. */
interface Unusual {
  session?: string;
  /** Model and provider of its call. */
  model?: [name: string, provider: string];
  /** The call without its messages: they come as log records. */
  silent?: boolean;
  question?: string;
}

/** A run as an agent makes it: a root, a model call with messages, a tool that failed. */
export function agentRun(name = "answer a question", traceId = hex(16), unusual: Unusual = {}) {
  const { session = "session-7", model: [model, provider] = ["gpt-4o-2024-08-06", "openai"] } = unusual;
  const { question = "What is the weather in Bern?", silent = false } = unusual;
  const start = BigInt(Date.now()) * 1_000_000n;
  const at = (ms: number) => String(start + BigInt(ms) * 1_000_000n);
  const ids = { root: hex(8), call: hex(8), tool: hex(8) };
  const message = (role: string, content: string) => JSON.stringify([{ role, parts: [{ type: "text", content }] }]);
  const spans = [
    {
      traceId,
      spanId: ids.root,
      name,
      kind: 1,
      startTimeUnixNano: at(0),
      endTimeUnixNano: at(1500),
      attributes: [text("session.id", session), text("user.id", "user-9")],
      status: { code: 1 },
    },
    {
      traceId,
      spanId: ids.call,
      parentSpanId: ids.root,
      name: "chat gpt-4o",
      kind: 3,
      startTimeUnixNano: at(20),
      endTimeUnixNano: at(900),
      attributes: [
        text("gen_ai.operation.name", "chat"),
        text("gen_ai.provider.name", provider),
        text("gen_ai.response.model", model),
        { key: "gen_ai.usage.input_tokens", value: { intValue: "42" } },
        { key: "gen_ai.usage.output_tokens", value: { intValue: "12" } },
        ...(silent ? [] : [text("gen_ai.input.messages", message("user", question))]),
        ...(silent ? [] : [text("gen_ai.output.messages", message("assistant", "It is sunny."))]),
      ],
      status: { code: 1 },
    },
    {
      traceId,
      spanId: ids.tool,
      parentSpanId: ids.root,
      name: "execute_tool weather",
      kind: 1,
      startTimeUnixNano: at(910),
      endTimeUnixNano: at(1400),
      attributes: [
        text("gen_ai.operation.name", "execute_tool"),
        text("gen_ai.tool.name", "weather"),
        text("gen_ai.tool.call.arguments", '{"city":"Bern"}'),
      ],
      events: [
        {
          name: "exception",
          timeUnixNano: at(1300),
          attributes: [
            text("exception.type", "StationError"),
            text("exception.message", "the station is offline"),
            text("exception.stacktrace", "StationError: the station is offline\n    at weather (tools.ts:7)"),
          ],
        },
      ],
      status: { code: 2, message: "the station is offline" },
    },
  ];
  return { traceId, ids, spans };
}
