import { gzipSync } from "node:zlib";
import type { Page } from "@playwright/test";
import { agentRun, expect, expectAccessible, hex, test } from "./fixtures.ts";

const note = (page: Page) => page.getByRole("tooltip");
const unknown = () => agentRun("made by hand", hex(16), { model: ["my-finetune-7", "openai"] });

test("a call's cost shows the price list and its lines on hover, and on focus", async ({ signIn, server }) => {
  const run = agentRun("paid for");
  await server.send(run.spans);
  const page = await signIn(`/runs/${run.traceId}?span=${run.ids.call}`);
  const panel = page.getByRole("region", { name: /chat gpt-4o/ });
  const cost = panel.getByRole("button", { name: "$0.00022" });
  await expect(panel.getByText("Operation")).toBeVisible();
  await cost.hover();
  for (const part of ["Cost $0.000225", "genai-prices@", "openai/gpt-4o"]) await expect(note(page)).toContainText(part);
  await expect(note(page).getByRole("row", { name: "Input 42 $2.50 $0.000105" })).toBeVisible();
  await expect(note(page).getByRole("row", { name: "Output 12 $10.00 $0.00012" })).toBeVisible();
  await expectAccessible(page);
  await page.mouse.move(10, 400);
  await expect(note(page)).toHaveCount(0);

  // Shift+Tab and Tab: the keyboard comes to it, as focus() alone would not count as such.
  await cost.focus();
  await page.keyboard.press("Shift+Tab");
  await page.keyboard.press("Tab");
  await expect(cost).toBeFocused();
  await expect(note(page)).toContainText("genai-prices@");
  await expect(cost).toHaveAccessibleDescription(/Cost \$0\.000225.*Input 42/);
  await page.keyboard.press("Escape");
  await expect(note(page)).toHaveCount(0);
  await expect(panel).toBeVisible();
});

test("a cost that is not known says why, in the list and in the run", async ({ signIn, server }) => {
  const run = unknown();
  await server.send(run.spans);
  const page = await signIn("/");
  const row = page.getByRole("row", { name: /made by hand/ }).first();
  await row.getByRole("button", { name: "unknown" }).hover();
  await expect(note(page)).toContainText("The price list has no such model. Set your own price with PUT /api/prices.");
  await page.goto(`${server.origin}/runs/${run.traceId}`);
  await page.locator(".numbers").getByRole("button", { name: "unknown" }).hover();
  await expect(note(page)).toContainText("The price list has no such model.");
});

test("a known part of a run's cost is a lower bound", async ({ signIn, server }) => {
  const run = unknown();
  const known = agentRun("made by hand", run.traceId).spans.filter(({ spanId }) => spanId !== run.ids.root);
  await server.send([...run.spans, ...known.map((span) => ({ ...span, parentSpanId: run.ids.root }))]);
  const page = await signIn(`/runs/${run.traceId}`);
  const cost = page.locator(".numbers").getByRole("button", { name: /≥ \$0\.00022/ });
  await expect(cost).toContainText("1 of 2 calls unknown");
  await cost.hover();
  await expect(note(page)).toContainText("Cost at least $0.000225");
});

test("a cost by the project's own prices says so", async ({ signIn, server }) => {
  const prices = [{ model: "priced-by-hand", input_usd_per_mtok: 100, output_usd_per_mtok: 200 }];
  const put = await server.fetch("/api/prices", {
    method: "PUT",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ prices }),
  });
  expect(put.status).toBe(200);
  const run = agentRun("priced by hand", hex(16), { model: ["priced-by-hand", "openai"] });
  await server.send(run.spans);
  const page = await signIn(`/runs/${run.traceId}`);
  await page.locator(".numbers").getByRole("button", { name: "$0.0066" }).hover();
  await expect(note(page)).toContainText("Price list: your own prices, version 1.");
});

test("on a phone a tap opens the note and leaves the list alone, another closes it", async ({
  browser,
  signIn,
  server,
}) => {
  const run = unknown();
  await server.send(run.spans);
  const cookies = await (await signIn("/")).context().storageState();
  const phone = await browser.newContext({
    viewport: { width: 360, height: 740 },
    hasTouch: true,
    isMobile: true,
    storageState: cookies,
  });
  const page = await phone.newPage();
  await page.goto(server.origin);
  const cost = page
    .getByRole("row", { name: /made by hand/ })
    .first()
    .getByRole("button", { name: "unknown" });
  await cost.tap();
  await expect(note(page)).toContainText("no such model");
  await expect(page).toHaveURL(`${server.origin}/`);
  await expectAccessible(page);
  await cost.tap();
  await expect(note(page)).toHaveCount(0);
  await phone.close();
});

test("the list's first load stays small", async ({ signIn }) => {
  const signedIn = await signIn("/sign-in");
  // Its own page: what the one before asked for may still be on its way.
  const page = await signedIn.context().newPage();
  const sizes: number[] = [];
  page.on("response", async (response) => {
    const body = await response.body().catch(() => null);
    if (!body || !/\.(js|css|woff2)$/.test(new URL(response.url()).pathname)) return;
    // Pages compresses what it sends; the local server does not.
    sizes.push(response.url().endsWith("woff2") ? body.length : gzipSync(body).length);
  });
  // Runs of other tests have letters beyond ASCII in their names, for which the browser fetches a second font.
  await page.goto(new URL("/?service=first-load", signedIn.url()).href);
  await expect(page.getByRole("heading", { name: "Runs" })).toBeVisible();
  await page.waitForLoadState("networkidle");
  const total = sizes.reduce((sum, size) => sum + size, 0);
  console.log(`first load: ${(total / 1000).toFixed(1)} kB of scripts, styles and fonts, compressed`);
  expect(total).toBeLessThan(80_000);
});
