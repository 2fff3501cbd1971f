import { fileURLToPath } from "node:url";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import type { Page } from "@playwright/test";
import { build } from "esbuild";
import { KEY, type StartedServer } from "../server/harness.ts";
import { expect, hex, test } from "./fixtures.ts";

async function connect(server: StartedServer): Promise<Client> {
  const client = new Client({ name: "test-host", version: "1" });
  const requestInit = { headers: { authorization: `Bearer ${KEY}` } };
  await client.connect(new StreamableHTTPClientTransport(new URL(`${server.origin}/mcp`), { requestInit }));
  return client;
}

async function append(server: StartedServer, id: string, ...events: [type: string, data: object][]): Promise<void> {
  const answer = await server.fetch(`/api/runs/${id}/events`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ events: events.map(([type, data]) => ({ type, data })) }),
  });
  expect(answer.ok, await answer.text()).toBe(true);
}

function begun(name: string, parent: string | null = null) {
  const start_time_unix_nano = String(BigInt(Date.now()) * 1_000_000n);
  return { span_id: hex(8), parent_span_id: parent, name, start_time_unix_nano };
}
const ended = (span: ReturnType<typeof begun>, more: object = {}) => ({
  ...span,
  end_time_unix_nano: String(BigInt(span.start_time_unix_nano) + 1_500_000_000n),
  ...more,
});

/** Opens the view as a chat client does that was answered by show_run. */
async function openView(page: Page, client: Client, id: string, theme: "light" | "dark") {
  const script = await build({
    entryPoints: [fileURLToPath(new URL("./chat/host.ts", import.meta.url))],
    bundle: true,
    write: false,
    format: "iife",
  });
  const result = await client.callTool({ name: "show_run", arguments: { id } });
  const { tools } = await client.listTools();
  const { ui } = (tools.find(({ name }) => name === "show_run")?._meta ?? {}) as { ui?: { resourceUri: string } };
  const { contents } = await client.readResource({ uri: ui?.resourceUri ?? "" });
  const heard: [what: string, value: unknown][] = [];
  await page.exposeFunction("callTool", (params: { name: string; arguments: Record<string, unknown> }) =>
    client.callTool(params),
  );
  await page.exposeFunction("heard", (what: string, value: unknown) => void heard.push([what, value]));
  await page.goto("about:blank");
  await page.addScriptTag({ content: script.outputFiles[0]?.text ?? "" });
  await page.evaluate(
    ([html, input, answer, worn]) =>
      (window as unknown as { show: (...args: unknown[]) => Promise<void> }).show(html, input, answer, worn),
    [(contents[0] as { text: string }).text, { id }, result, theme] as const,
  );
  return { view: page.frameLocator("iframe"), heard };
}

test("a chat client shows the waterfall of a run, live, and is told what its reader looks at", async ({
  page,
  server,
}) => {
  const problems: string[] = [];
  page.on("pageerror", (error) => problems.push(error.message));
  page.on("requestfailed", (request) => problems.push(`asked for ${request.url()}`));
  const client = await connect(server);
  const id = `chat-${hex(4)}`;
  const root = begun("invoke_agent desk");
  const search = begun("execute_tool <b>search</b>", root.span_id);
  await append(
    server,
    id,
    ["RUN_STARTED", { kind: "agent", name: "desk" }],
    ["SPAN_STARTED", root],
    ["SPAN_STARTED", search],
  );

  const { view, heard } = await openView(page, client, id, "dark");
  const rows = view.getByRole("treegrid", { name: "Spans" }).getByRole("row");
  await expect(rows).toHaveCount(2);
  await expect(view.getByText("execute_tool <b>search</b>")).toBeVisible();
  await expect(rows.first()).toContainText("running");
  await expect(view.locator("html")).toHaveAttribute("data-theme", "dark");

  const failed = ended(search, { status: { code: "error", message: "no answer" } });
  await append(server, id, ["SPAN", failed], ["SPAN", ended(begun("chat gpt-4o", root.span_id))]);
  await expect(rows).toHaveCount(3);
  await expect(rows.nth(1)).toContainText("Error:");

  await view.getByText("execute_tool <b>search</b>").click();
  await expect.poll(() => JSON.stringify(heard)).toContain(search.span_id);
  await view.getByRole("button", { name: "Open in Runlight" }).click();
  await expect.poll(() => heard).toContainEqual(["link", `${server.origin}/runs/${id}`]);

  await append(server, id, ["SPAN", ended(root)], ["RUN_FINISHED", {}]);
  await expect(view.getByText("success")).toBeVisible({ timeout: 30_000 });
  await expect(rows.first()).not.toContainText("running");
  await page.screenshot({ path: test.info().outputPath("chat.png") });
  expect(problems).toEqual([]);
  await client.close();
});

test("a view whose run is not there says so", async ({ page, server }) => {
  const client = await connect(server);
  const { view } = await openView(page, client, `nobody-${hex(4)}`, "light");
  await expect(view.getByRole("alert")).toContainText("run_not_found");
  await client.close();
});
