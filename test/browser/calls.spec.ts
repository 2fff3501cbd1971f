import type { FoundCall } from "../../src/domain/llm-calls/schema.ts";
import { eventually } from "../server/harness.ts";
import { agentRun, expect, expectAccessible, hex, test } from "./fixtures.ts";

test("model calls of all runs are found by what they are, and open in their run", async ({ signIn, server }) => {
  const model = `gpt-4o-calls-${hex(3)}`;
  const mine = agentRun("asks once", hex(16), { model: [model, "openai"] });
  await server.send(mine.spans);
  const other = agentRun("asks another", hex(16));
  await server.send(other.spans);
  await eventually(
    () => server.json<{ data: FoundCall[] }>("/api/llm-calls"),
    ({ data }) => [mine, other].every(({ traceId }) => data.some((call) => call.run_id === traceId)),
  );
  const page = await signIn("/");
  await page.getByRole("link", { name: "Calls" }).click();
  const rows = page.getByRole("table", { name: /model calls/i }).locator(".row");
  await expect(rows.filter({ hasText: "asks once" })).toHaveCount(1);
  await expect(rows.filter({ hasText: "asks another" })).toHaveCount(1);
  await expectAccessible(page);

  await page.getByLabel("Model", { exact: true }).fill(model);
  await page.getByLabel("Model", { exact: true }).press("Enter");
  await expect(page).toHaveURL(`${server.origin}/calls?model=${model}`);
  await expect(rows).toHaveCount(1);
  await expect(rows).toContainText(model);
  await expect(rows).toContainText("unknown");
  await page.getByRole("button", { name: "Bounds" }).click();
  await page.getByLabel("Tokens from").fill("1000000");
  await page.getByLabel("Tokens from").press("Enter");
  await expect(page.getByRole("heading", { name: "No call fits" })).toBeVisible();
  await expectAccessible(page);
  await page.getByRole("button", { name: "Remove Tokens from 1,000,000" }).click();
  await rows.locator("a.main").click();
  await expect(page).toHaveURL(new RegExp(`/runs/${mine.traceId}\\?span=`));
  await page.goto(`${server.origin}/runs/${mine.traceId}`);
  await page.getByRole("link", { name: model }).click();
  await expect(page).toHaveURL(`${server.origin}/calls?model=${model}`);
  await expect(rows).toHaveCount(1);
});

test("on a phone the calls are cards, no wider than the page", async ({ signIn, server }) => {
  await server.send(agentRun("a phone's call", hex(16)).spans);
  const page = await signIn("/calls");
  await page.setViewportSize({ width: 360, height: 740 });
  await expect(page.locator(".row").first()).toBeVisible();
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
  await expectAccessible(page);
});
