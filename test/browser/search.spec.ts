import { agentRun, expect, expectAccessible, hex, test } from "./fixtures.ts";

/** A run whose input holds what would be HTML elsewhere. */
function telling(input: string) {
  const run = agentRun(`told ${hex(2)}`);
  const attributes = [
    { key: "gen_ai.operation.name", value: { stringValue: "invoke_agent" } },
    { key: "gen_ai.prompt", value: { stringValue: input } },
  ];
  return { ...run, spans: run.spans.map((span, n) => (n === 0 ? { ...span, attributes } : span)) };
}

test("the search box finds runs by their words, marks them and keeps to the address", async ({ signIn, server }) => {
  const word = `ibis${hex(4)}`;
  const run = telling(`the <b>sacred</b> ${word} <img src=x onerror=alert(1)> flew`);
  await server.send(run.spans);
  await server.send(agentRun("something else").spans);
  const page = await signIn("/");
  await expect(page.getByRole("row", { name: /something else/ }).first()).toBeVisible();
  await page.keyboard.press("/");
  const box = page.getByRole("searchbox", { name: "Search in runs" });
  await expect(box).toBeFocused();
  await box.fill(`${word.toUpperCase()} "b sacred" -nowhere`);
  await box.press("Enter");
  const row = page.locator(`[data-run="${run.traceId}"]`);
  await expect(row.locator("mark")).toHaveText(["b>sacred", word]);
  await expect(row).toContainText(`<b>sacred</b> ${word} <img src=x onerror=`);
  await expect(row.locator("img, b")).toHaveCount(0);
  await expect(page.locator("[data-run]")).toHaveCount(1);
  expect(new URL(page.url()).searchParams.get("q")).toContain(word.toUpperCase());
  // What is not found comes in live without being shown.
  await server.send(agentRun("came in meanwhile").spans);
  for (const colorScheme of ["light", "dark"] as const) {
    for (const width of [1440, 360]) {
      await page.setViewportSize({ width, height: 800 });
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      await expectAccessible(page);
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      expect(overflow).toBeLessThanOrEqual(0);
      if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/${colorScheme}-${width}.png` });
    }
  }
  await expect(page.locator("[data-run]")).toHaveCount(1);
  await page.setViewportSize({ width: 1440, height: 800 });
  await page.goto(`${server.origin}/?q=${word}`);
  await page.getByRole("button", { name: /remove search/i }).click();
  await expect(page.getByRole("row", { name: /came in meanwhile/ })).toBeVisible();
});
