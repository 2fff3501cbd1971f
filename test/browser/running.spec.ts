import type { Page } from "@playwright/test";
import type { StartedServer } from "../server/harness.ts";
import { expect, expectAccessible, hex, test } from "./fixtures.ts";

const grid = (page: Page) => page.getByRole("treegrid", { name: "Spans" });
const now = () => BigInt(Date.now()) * 1_000_000n;

async function post(server: StartedServer, path: string, body: unknown): Promise<void> {
  const answer = await server.fetch(path, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  expect(answer.ok, await answer.text()).toBe(true);
}

const begin = (server: StartedServer, id: string, name: string, more: object = {}) =>
  post(server, "/api/runs", { id, name, ...more });
const append = (server: StartedServer, id: string, ...events: [type: string, data: object][]) =>
  post(server, `/api/runs/${id}/events`, { events: events.map(([type, data]) => ({ type, data })) });

/** A span as it begins; its end makes a SPAN of it. */
function work(name: string, parent: string | null = null, attributes: object = {}) {
  return { span_id: hex(8), parent_span_id: parent, name, start_time_unix_nano: String(now()), attributes };
}
const ended = (span: ReturnType<typeof work>, attributes: object = {}) => ({
  ...span,
  attributes: { ...span.attributes, ...attributes },
  end_time_unix_nano: String(BigInt(span.start_time_unix_nano) + 1_234_000_000n),
  status: { code: "ok" },
});

const said = (content: string) => JSON.stringify([{ role: "assistant", parts: [{ type: "text", content }] }]);

test("a span that runs grows, and its end takes its place: what is folded and open stays so", async ({
  signIn,
  server,
}) => {
  const run = `running-${hex(4)}`;
  const [root, tool] = [work("invoke_agent desk"), work("execute_tool search")];
  tool.parent_span_id = root.span_id;
  await begin(server, run, "answer slowly");
  await append(server, run, ["SPAN_STARTED", root]);
  const page = await signIn(`/runs/${run}`);
  const row = (name: RegExp) => grid(page).getByRole("row", { name });
  await expect(row(/invoke_agent desk.*running/)).toBeVisible();

  const time = row(/invoke_agent desk/).locator(".time");
  const first = await time.textContent();
  await expect(time).not.toHaveText(first ?? "");

  await append(server, run, ["SPAN_STARTED", tool]);
  await expect(row(/execute_tool search.*running/)).toHaveAttribute("aria-level", "2");
  await row(/execute_tool search/).click();
  const panel = page.getByRole("region", { name: /execute_tool search/ });
  await expect(panel.getByText("running", { exact: true })).toBeVisible();
  await expectAccessible(page);

  const id = await row(/execute_tool search/).getAttribute("id");
  await append(server, run, [
    "SPAN",
    ended(tool, { "gen_ai.operation.name": "chat", "gen_ai.output.messages": said("Found it.") }),
  ]);
  await expect(row(/execute_tool search/).locator(".time")).toHaveText("1.23 s");
  await expect(row(/execute_tool search/)).toHaveAttribute("id", id ?? "");
  await expect(row(/execute_tool search/)).toHaveAttribute("aria-selected", "true");
  await expect(panel.getByText("Found it.")).toBeVisible();
  await expect(grid(page).getByRole("row")).toHaveCount(2);

  await row(/invoke_agent desk/)
    .getByTitle("Collapse")
    .click();
  await append(server, run, ["SPAN", ended(root)], ["RUN_FINISHED", {}]);
  await expect(row(/invoke_agent desk/).locator(".time")).toHaveText("1.23 s");
  await expect(row(/invoke_agent desk/)).toHaveAttribute("aria-expanded", "false");
  await expect(grid(page).getByRole("row")).toHaveCount(1);
});

test("a span whose end never came does not run on after its run is over", async ({ signIn, server }) => {
  const run = `lost-${hex(4)}`;
  await begin(server, run, "loses one");
  await append(server, run, ["SPAN_STARTED", work("lost")]);
  const page = await signIn(`/runs/${run}`);
  const row = grid(page).getByRole("row", { name: /lost/ });
  await expect(row).toContainText("running");
  await append(server, run, ["RUN_FINISHED", {}]);
  await expect(row).toContainText("The end of this span never came");
  await expect(row.locator(".time")).toHaveText("–");
});

test("a run shows the runs that it began, and their status as it changes", async ({ signIn, server }) => {
  const parent = `parent-${hex(4)}`;
  await begin(server, parent, "the parent");
  await begin(server, `${parent}-a`, "first child", { parent_run_id: parent });
  const page = await signIn(`/runs/${parent}`);
  const child = (name: string) => page.getByRole("row", { name: new RegExp(name) });
  await expect(child("first child")).toContainText("Running");
  await append(server, `${parent}-a`, ["RUN_FINISHED", {}]);
  await expect(child("first child")).toContainText("Success");
  await begin(server, `${parent}-b`, "second child", { parent_run_id: parent });
  await expect(child("second child")).toContainText("Running");
  await append(server, `${parent}-b`, ["RUN_ERROR", { message: "no" }]);
  await expect(child("second child")).toContainText("Error");
  await expectAccessible(page);
  await child("first child").getByRole("link").click();
  await expect(page.getByRole("heading", { name: "first child" })).toBeVisible();
  await expect(page.getByRole("heading", { name: "Child runs" })).toHaveCount(0);
  await page.getByRole("link", { name: parent }).click();
  await expect(page.getByRole("heading", { name: "the parent" })).toBeVisible();
});

test("a run without spans shows the conversation that its events tell, while it is told", async ({
  signIn,
  server,
}) => {
  const run = `told-${hex(4)}`;
  await begin(server, run, "told in events");
  await append(
    server,
    run,
    ["TOOL_CALL_START", { toolCallId: "c", toolCallName: "weather" }],
    ["TOOL_CALL_ARGS", { toolCallId: "c", delta: '{"city":"Bern"}' }],
    ["TOOL_CALL_RESULT", { messageId: "t", toolCallId: "c", content: "14 degrees" }],
    ["TEXT_MESSAGE_START", { messageId: "a", role: "assistant" }],
    ["TEXT_MESSAGE_CONTENT", { messageId: "a", delta: "It is " }],
  );
  const page = await signIn(`/runs/${run}`);
  const overview = page.getByRole("region", { name: "Overview of the run" });
  await expect(overview.getByText("14 degrees")).toBeVisible();
  await append(server, run, ["TEXT_MESSAGE_CONTENT", { messageId: "a", delta: "mild." }]);
  await expect(overview.getByText("It is mild.")).toBeVisible();
  await expectAccessible(page);
});

test("a run that says nothing for long is stalled, in the list and on its page, until it speaks again", async ({
  signIn,
  server,
}) => {
  const run = `silent-${hex(4)}`;
  await begin(server, run, `says nothing ${run}`);
  const page = await signIn("/");
  let silent = true;
  await page.route(/\/api\/runs(\?|\/silent)/, async (route) => {
    const response = await route.fetch();
    const text = await response.text();
    const early = new Date(Date.now() - 200_000).toISOString();
    await route.fulfill({ response, body: silent ? text.replace(/"seen_at":"[^"]*"/g, `"seen_at":"${early}"`) : text });
  });
  await page.reload();
  const row = page.getByRole("row", { name: new RegExp(run) });
  await expect(row).toContainText("Stalled");
  await expect(row).toContainText("silent for 3 min");
  await expectAccessible(page);
  await append(server, run, ["STEP_STARTED", { stepName: "on" }]);
  await expect(row).toContainText("Running");
  await expect(row).not.toContainText("silent for");

  await page.goto(`${server.origin}/runs/${run}`);
  const header = page.getByRole("banner").or(page.locator("header")).filter({ hasText: run });
  await expect(header).toContainText("silent for 3 min");
  await expectAccessible(page);
  silent = false;
  await append(server, run, ["STEP_FINISHED", { stepName: "on" }]);
  await expect(header).not.toContainText("silent for");
});

for (const colorScheme of ["light", "dark"] as const) {
  for (const width of [1440, 360]) {
    test(`what runs has no serious axe finding and nothing sticks out at ${width} px in ${colorScheme}`, async ({
      signIn,
      server,
    }) => {
      const run = `looks-${hex(4)}`;
      await begin(server, run, "looked at while it runs");
      await begin(server, `${run}-a`, "a child with a name that is longer than its column is wide", {
        parent_run_id: run,
      });
      await append(server, `${run}-a`, ["RUN_FINISHED", {}]);
      await begin(server, `${run}-b`, "goes on", { parent_run_id: run });
      const root = work("invoke_agent desk", null, { "gen_ai.operation.name": "invoke_agent" });
      const call = work("chat gpt-4o", root.span_id, {
        "gen_ai.operation.name": "chat",
        "gen_ai.request.model": "gpt-4o",
      });
      const tool = work("execute_tool search", root.span_id, { "gen_ai.operation.name": "execute_tool" });
      await append(server, run, ["SPAN_STARTED", root], ["SPAN", ended(call)], ["SPAN_STARTED", tool]);
      const page = await signIn("/");
      await page.setViewportSize({ width, height: 800 });
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      await page.route(new RegExp(`/api/runs/${run}$`), async (route) => {
        const response = await route.fetch();
        const early = new Date(Date.now() - 200_000).toISOString();
        await route.fulfill({ response, json: { ...(await response.json()), seen_at: early } });
      });
      await page.goto(`${server.origin}/runs/${run}`);
      await expect(page.getByText("execute_tool search").first()).toBeVisible();
      if (width < 900) {
        await page.screenshot({ path: `test-results/running-${width}-${colorScheme}-trace.png` });
        await expectAccessible(page);
        await page.getByRole("tab", { name: "Overview" }).click();
      }
      await expect(page.getByRole("heading", { name: "Child runs" })).toBeVisible();
      await expectAccessible(page);
      await page.screenshot({ path: `test-results/running-${width}-${colorScheme}.png` });
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      expect(overflow).toBeLessThanOrEqual(0);
    });
  }
}
