import type { Page } from "@playwright/test";
import type { AnalyticsOverview, CostAnalytics } from "../../src/domain/analytics/schema.ts";
import { usd } from "../../web/src/lib/money.ts";
import { eventually } from "../server/harness.ts";
import { agentRun, expect, expectAccessible, hex, test } from "./fixtures.ts";

const figure = (page: Page, label: string) => page.locator(`[data-figure="${label}"]`);
const chart = (page: Page, name: string | RegExp) => page.getByRole("slider", { name });

/** Sends runs with a model of their own, and waits until they are counted. @param counted all that there are then */
async function sendCalls(
  server: { send(spans: unknown[]): Promise<Response>; json<T>(path: string): Promise<T> },
  model: string,
  calls: number,
  counted = calls,
): Promise<void> {
  for (let at = 0; at < calls; at++)
    await server.send(agentRun("counted run", hex(16), { model: [model, "openai"] }).spans);
  await eventually(
    () => server.json<CostAnalytics>(`/api/analytics/cost?group_by=none&model=${model}`),
    ({ totals }) => totals.count === counted,
  );
}

test("the figures are the API's, and the breakdown leads to the runs behind it", async ({ signIn, server }) => {
  const unknown = `no-price-${hex(3)}`;
  await sendCalls(server, unknown, 2);
  await sendCalls(server, "gpt-4o-2024-08-06", 3);
  const page = await signIn("/");
  await page.getByRole("link", { name: "Analytics" }).click();
  await expect(page).toHaveURL(`${server.origin}/analytics`);
  const overview = await server.json<AnalyticsOverview>("/api/analytics/overview");
  expect(overview.cost_usd).toBeGreaterThan(0);
  await expect(figure(page, "Calls")).toContainText(String(overview.calls.count));
  await expect(figure(page, "Runs")).toContainText(String(overview.runs.count));
  await expect(figure(page, "Cost")).toContainText(`≥ ${usd(overview.cost_usd)}`);
  await expect(figure(page, "Cost")).toContainText(`${overview.unpriced_count} calls without a price`);
  await expect(figure(page, "Tokens in / out")).toContainText(`${overview.tokens.input} / ${overview.tokens.output}`);
  await expect(figure(page, "Error rate of calls")).toContainText("0%");
  await expect(figure(page, "Latency p95")).toContainText("ms");
  await expect(page.getByRole("heading", { name: "No forecast of the month" })).toBeVisible();

  const row = page.locator(`[data-group="${unknown}"]`);
  await expect(row.getByRole("cell").nth(1)).toContainText("unknown");
  await expect(row.getByRole("cell").nth(2)).toHaveText("2");
  await row.getByRole("button", { name: `Only ${unknown}` }).click();
  await expect(page).toHaveURL(new RegExp(`model=${unknown}`));
  await expect(figure(page, "Cost")).toContainText("unknown");
  await expect(figure(page, "Calls")).toContainText("2");
  await expect(figure(page, "Runs")).toContainText("not counted by model");
  await page.getByRole("button", { name: "Service" }).click();
  await expect(page).toHaveURL(/group_by=service/);
  await expect(page.locator('[data-group="server-test"]')).toBeVisible();
  await page.getByRole("button", { name: "Model", exact: true }).click();
  await row.getByRole("link", { name: unknown }).click();
  await expect(page).toHaveURL(new RegExp(`^${server.origin}/\\?model=${unknown}&from=`));
  await expect(page.getByRole("row", { name: /counted run/ })).toHaveCount(2);
});

test("range, breakdown and filters are in the address, and nothing is said where nothing was", async ({
  signIn,
  server,
}) => {
  await sendCalls(server, `ranged-${hex(3)}`, 1);
  const page = await signIn("/analytics");
  await page.getByRole("button", { name: "Last 7 days" }).click();
  await expect(page).toHaveURL(/range=7d/);
  await expect(page.getByText(/Counted by the hour/)).toBeVisible();
  await page.getByRole("button", { name: "User", exact: true }).click();
  await expect(page).toHaveURL(/group_by=user/);
  await expect(page.locator('[data-group="user-9"]')).toBeVisible();
  await page.reload();
  await expect(page.getByRole("button", { name: "Last 7 days" })).toHaveAttribute("aria-pressed", "true");
  await expect(page.locator('[data-group="user-9"]')).toBeVisible();
  await page.getByRole("combobox", { name: "Service" }).selectOption("server-test");
  await expect(page).toHaveURL(/service=server-test/);
  await page.goBack();
  await expect(page).not.toHaveURL(/service=/);

  await page.goto(`${server.origin}/analytics?from=2025-01-01T00:10:00Z&to=2025-01-01T02:50:00Z`);
  await expect(page.getByRole("heading", { name: /nothing was called/i })).toBeVisible();
  await expect(page.getByText(/which is more than you chose/)).toBeVisible();
  await page.getByRole("button", { name: "Look at the last 24 hours" }).click();
  await expect(page).toHaveURL(`${server.origin}/analytics`);
  await expect(chart(page, "Calls and errors")).toBeVisible();
});

test("a stretch of a chart is zoomed into by pointer and by key", async ({ signIn, server }) => {
  await sendCalls(server, `zoomed-${hex(3)}`, 1);
  const page = await signIn("/analytics?range=1h");
  const calls = chart(page, "Calls and errors");
  const over = calls.locator(".u-over");
  await expect(over).toBeVisible();
  const box = await over.boundingBox();
  if (!box) throw new Error("the chart has no box");
  await page.mouse.move(box.x + box.width * 0.5, box.y + 60);
  await expect(calls.locator(".tip")).toContainText("Succeeded");
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.75, box.y + 60, { steps: 4 });
  await page.mouse.up();
  await expect(page).toHaveURL(/range=1h&from=.*&to=/);
  const { searchParams } = new URL(page.url());
  const minutes = (Date.parse(searchParams.get("to") ?? "") - Date.parse(searchParams.get("from") ?? "")) / 60_000;
  expect(minutes).toBeGreaterThanOrEqual(14);
  expect(minutes).toBeLessThanOrEqual(17);
  await page.getByRole("button", { name: /^Leave/ }).click();
  await expect(page).toHaveURL(/\?range=1h$/);

  await calls.focus();
  await page.keyboard.press("End");
  await expect(calls).toHaveAttribute("aria-valuetext", /Failed 0, Succeeded \d/);
  for (let press = 0; press < 4; press++) await page.keyboard.press("Shift+ArrowLeft");
  await expect(calls).toHaveAttribute("aria-valuetext", /5 steps chosen/);
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/from=.*&to=/);
  await page.keyboard.press("g");
  await page.keyboard.press("r");
  await expect(page).toHaveURL(`${server.origin}/`);
  await page.keyboard.press("g");
  await page.keyboard.press("a");
  await expect(page).toHaveURL(`${server.origin}/analytics`);
});

test("a chart is drawn anew in another theme, and has a table and a CSV behind it", async ({ signIn, server }) => {
  const model = `tabled-${hex(3)}`;
  await sendCalls(server, model, 2);
  const page = await signIn(`/analytics?range=1h&model=${model}`);
  const drawn = chart(page, "Calls and errors").locator("canvas");
  const picture = () => drawn.evaluate((canvas) => (canvas as HTMLCanvasElement).toDataURL());
  await expect(drawn).toBeVisible();
  await page.waitForFunction(() => document.fonts.status === "loaded");
  const light = await picture();
  await page.keyboard.press("t");
  await page.keyboard.press("t");
  await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
  await expect.poll(picture).not.toBe(light);

  const card = page.getByRole("region", { name: "Calls and errors", exact: true });
  await card.getByRole("button", { name: "Table" }).click();
  const table = card.getByRole("region", { name: "Calls and errors, as a table" });
  await expect(table.getByRole("columnheader").nth(2)).toHaveText("Succeeded");
  const cells = await table.locator("tbody tr td:last-child").allTextContents();
  expect(cells.reduce((sum, cell) => sum + Number(cell), 0)).toBe(2);
  await expect(drawn).toHaveCount(0);

  const href = await page.getByRole("link", { name: "The breakdown as CSV" }).getAttribute("href");
  const csv = await page.request.get(server.origin + href);
  expect(csv.headers()["content-type"]).toContain("text/csv");
  expect(await csv.text()).toContain(model);
});

test("what ends now is read anew every minute, and stays on the screen meanwhile", async ({ page, signIn, server }) => {
  const model = `later-${hex(3)}`;
  await sendCalls(server, model, 1);
  await page.clock.install();
  await signIn(`/analytics?range=1h&model=${model}`);
  await expect(figure(page, "Calls").locator(".value")).toHaveText("1");
  await page.evaluate(() => {
    const seen: boolean[] = [];
    Object.assign(window, { seen });
    const look = () => seen.push(document.querySelector(".skeleton, [aria-busy=true]") !== null);
    new MutationObserver(look).observe(document.body, { childList: true, subtree: true, attributes: true });
  });
  await sendCalls(server, model, 1, 2);
  await page.clock.runFor(70_000);
  await expect(figure(page, "Calls").locator(".value")).toHaveText("2");
  expect(await page.evaluate(() => (window as unknown as { seen: boolean[] }).seen)).not.toContain(true);
});

for (const colorScheme of ["light", "dark"] as const) {
  for (const width of [1440, 360]) {
    test(`analytics have no serious axe finding and nothing sticks out at ${width} px in ${colorScheme}`, async ({
      signIn,
      server,
    }) => {
      await sendCalls(server, `looked-at-${hex(3)}`, 1);
      const page = await signIn("/analytics");
      await page.setViewportSize({ width, height: 800 });
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      for (const path of ["/analytics", "/analytics?range=1h&group_by=tag", "/analytics/models"]) {
        await page.goto(server.origin + path);
        await expect(page.locator("table").first().or(page.getByText("has a tag").first())).toBeVisible();
        await expect(page.locator("[aria-busy=true]")).toHaveCount(0);
        if (!path.includes("models")) await page.getByRole("button", { name: "Table" }).first().click();
        await expectAccessible(page);
        const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
        expect(overflow).toBeLessThanOrEqual(0);
      }
    });
  }
}
