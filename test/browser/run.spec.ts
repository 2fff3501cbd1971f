import type { Page } from "@playwright/test";
import { KEY } from "../server/harness.ts";
import { agentRun, expect, expectAccessible, hex, sendLogs, test } from "./fixtures.ts";

const grid = (page: Page) => page.getByRole("treegrid", { name: "Spans" });

test("a span opens with its messages as a conversation, its attributes, its exception and its raw form", async ({
  signIn,
  server,
}) => {
  const run = agentRun();
  await server.send(run.spans);
  const page = await signIn(`/runs/${run.traceId}`);
  await expect(grid(page).getByRole("row")).toHaveCount(3);
  await grid(page)
    .getByRole("row", { name: /chat gpt-4o/ })
    .click();
  const panel = page.getByRole("region", { name: /chat gpt-4o/ });
  await expect(panel.getByText("What is the weather in Bern?")).toBeVisible();
  await expect(panel.getByText("It is sunny.")).toBeVisible();
  await expect(page).toHaveURL(new RegExp(`span=${run.ids.call}`));
  await panel.getByRole("tab", { name: /attributes/i }).click();
  await expect(panel.getByText("gen_ai.response.model")).toBeVisible();
  await grid(page)
    .getByRole("row", { name: /execute_tool weather/ })
    .click();
  await page.getByRole("tab", { name: /events/i }).click();
  await expect(page.getByText(/at weather \(tools\.ts:7\)/)).toBeVisible();
});

test("a link to a span opens it", async ({ signIn, server }) => {
  const run = agentRun();
  await server.send(run.spans);
  const page = await signIn(`/runs/${run.traceId}?span=${run.ids.call}`);
  await expect(page.getByText("It is sunny.").first()).toBeVisible();
});

test("spans appear while the run goes on, and the run ends with its root", async ({ signIn, server }) => {
  const run = agentRun("long one");
  const [root, call, tool] = run.spans;
  await server.send([call]);
  const page = await signIn(`/runs/${run.traceId}`);
  await expect(grid(page).getByRole("row")).toHaveCount(1);
  await server.send([tool]);
  await expect(grid(page).getByRole("row")).toHaveCount(2);
  await server.send([root]);
  await expect(grid(page).getByRole("row")).toHaveCount(3);
  await expect(grid(page).getByRole("row", { name: /long one/ })).toHaveAttribute("aria-level", "1");
  await expect(grid(page).getByRole("row", { name: /chat gpt-4o/ })).toHaveAttribute("aria-level", "2");
  await expect(page.getByText(/success/i).first()).toBeVisible();
});

test("messages that come as log records appear in the span that is open, and in the log", async ({
  signIn,
  server,
}) => {
  const run = agentRun("says it in logs", hex(16), { silent: true });
  await server.send(run.spans);
  const page = await signIn(`/runs/${run.traceId}?span=${run.ids.call}`);
  const panel = page.getByRole("region", { name: /chat gpt-4o/ });
  await expect(panel.getByText(/No input or output was recorded/)).toBeVisible();
  await sendLogs(server, run.traceId, run.ids.call, ["Is it raining in Basel?"]);
  await expect(panel.getByText("Is it raining in Basel?")).toBeVisible();
  await page.getByRole("button", { name: "Close the span" }).click();
  await page.getByRole("tab", { name: "Log" }).click();
  const record = page.getByRole("option", { name: /LOG/ });
  for (const part of ["gen_ai.user.message", "chat gpt-4o", "Is it raining in Basel?"])
    await expect(record).toContainText(part);
  await expectAccessible(page);
  await record.click();
  await expect(page).toHaveURL(new RegExp(`span=${run.ids.call}`));
});

test("the keyboard is enough: move, open, fold, search, next error, help", async ({ signIn, server }) => {
  const run = agentRun();
  await server.send(run.spans);
  const page = await signIn(`/runs/${run.traceId}`);
  await expect(grid(page).getByRole("row")).toHaveCount(3);
  await page.keyboard.press("j");
  await page.keyboard.press("j");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(new RegExp(`span=${run.ids.call}`));
  await page.keyboard.press("e");
  await expect(page).toHaveURL(new RegExp(`span=${run.ids.tool}`));
  await page.keyboard.press("k");
  await page.keyboard.press("k");
  await page.keyboard.press("ArrowLeft");
  await expect(grid(page).getByRole("row")).toHaveCount(1);
  await page.keyboard.press("ArrowRight");
  await expect(grid(page).getByRole("row")).toHaveCount(3);
  await page.keyboard.press("/");
  await page.keyboard.type("weather");
  await expect(page.getByText(/1 spans? match/)).toHaveCount(1);
  // The first Escape empties the field, the second leaves it.
  await page.keyboard.press("Escape");
  await page.keyboard.press("Escape");
  await page.keyboard.press("?");
  await expect(page.getByRole("dialog")).toContainText(/previous error/i);
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog")).toHaveCount(0);
});

test("what a trace says is text, never a page of its own", async ({ signIn, server }) => {
  const attack = `<img src=x onerror="document.title='owned'"><script>document.title='owned'</script>`;
  const traceId = hex(16);
  const now = BigInt(Date.now()) * 1_000_000n;
  const content = JSON.stringify([{ role: attack, parts: [{ type: "text", content: attack }] }]);
  const attributes = [attack, "gen_ai.input.messages", "gen_ai.output.messages", "session.id", "user.id"].map(
    (key) => ({
      key,
      value: { stringValue: key.startsWith("gen_ai") ? content : attack },
    }),
  );
  const span = {
    traceId,
    spanId: hex(8),
    name: attack,
    startTimeUnixNano: String(now),
    endTimeUnixNano: String(now + 1_000_000n),
    attributes: [...attributes, { key: "gen_ai.operation.name", value: { stringValue: "chat" } }],
    events: [
      {
        name: attack,
        timeUnixNano: String(now),
        attributes: [{ key: "exception.message", value: { stringValue: attack } }],
      },
    ],
    status: { code: 2, message: attack },
  };
  await server.send([span]);
  const page = await signIn("/");
  const outside: string[] = [];
  page.on("request", (request) => {
    if (!request.url().startsWith(server.origin) && !request.url().startsWith("data:")) outside.push(request.url());
  });
  await expect(page.getByText(attack).first()).toBeVisible();
  await page.goto(`${server.origin}/runs/${traceId}?span=${span.spanId}`);
  for (const tab of [/messages/i, /attributes/i, /events/i, /raw/i]) {
    await page.getByRole("tab", { name: tab }).click();
    await page.waitForTimeout(200);
  }
  expect(await page.title()).not.toBe("owned");
  expect(await page.locator("img[src='x']").count()).toBe(0);
  expect(outside).toEqual([]);
});

test("a trace of 10,000 spans opens, scrolls to its end and stays light", async ({ signIn, server }) => {
  const traceId = hex(16);
  const start = BigInt(Date.now()) * 1_000_000n;
  const id = (n: number) => (n + 1).toString(16).padStart(16, "0");
  const spans = Array.from({ length: 10_000 }, (_, n) => ({
    traceId,
    spanId: id(n),
    ...(n === 0 ? {} : { parentSpanId: id(n < 100 ? 0 : 1 + (n % 99)) }),
    name: n === 0 ? "big run" : `step ${n}`,
    startTimeUnixNano: String(start + BigInt(n) * 1_000_000n),
    endTimeUnixNano: String(start + BigInt(n === 0 ? 12_000 : n + 500) * 1_000_000n),
    attributes: [{ key: "note", value: { stringValue: "x".repeat(300) } }],
    status: { code: n % 101 === 50 ? 2 : 1 },
  }));
  for (let n = 0; n < spans.length; n += 1000) expect((await server.send(spans.slice(n, n + 1000))).status).toBe(200);
  const page = await signIn("/");
  const opened = Date.now();
  await page.goto(`${server.origin}/runs/${traceId}`);
  await expect(grid(page)).toHaveAttribute("aria-rowcount", "10000");
  await expect(grid(page).getByRole("row").first()).toBeVisible();
  const usable = Date.now() - opened;
  await page.keyboard.press("j");
  const last = Date.now();
  await page.keyboard.press("End");
  await expect(grid(page).locator('[aria-rowindex="10000"]')).toBeVisible();
  console.log(`10,000 spans: first rows after ${usable} ms, at the end ${Date.now() - last} ms after the key`);
  expect(await page.locator("*").count()).toBeLessThan(2000);
  await page.screenshot({ path: "test-results/10000-spans.png" });
});

test("an unknown run says so", async ({ page, server }) => {
  // Without `signIn`, which minds the console: the browser reports the 404 there by itself.
  await page.request.post(`${server.origin}/api/auth/sign-in`, { data: { key: KEY } });
  await page.goto(`${server.origin}/runs/${hex(16)}`);
  await expect(page.getByText(/no run|not found/i).first()).toBeVisible();
});
