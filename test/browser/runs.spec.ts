import { agentRun, expect, expectAccessible, hex, test } from "./fixtures.ts";

test("a run appears in the list without reload, with what matters about it", async ({ signIn, server }) => {
  await server.send(agentRun("was there before").spans);
  const page = await signIn("/");
  await expect(page.getByRole("row", { name: /was there before/ })).toBeVisible();
  await server.send(agentRun("came in live").spans);
  const row = page.getByRole("row", { name: /came in live/ });
  await expect(row).toBeVisible();
  for (const part of [/success/i, "server-test", /gpt-4o/, /1\.5\d? s/, /42/, /\$0\.00022/])
    await expect(row).toContainText(part);
  await expectAccessible(page);
});

test("filters live in the URL and can be cleared", async ({ signIn, server }) => {
  const { spans } = agentRun("failed run");
  await server.send(spans.map((span) => (span.name === "failed run" ? { ...span, status: { code: 2 } } : span)));
  await server.send(agentRun("good run").spans);
  const page = await signIn("/?status=error");
  await expect(page.getByRole("row", { name: /failed run/ })).toBeVisible();
  await expect(page.getByRole("row", { name: /good run/ })).toHaveCount(0);
  await page.getByRole("button", { name: /remove status/i }).click();
  await expect(page.getByRole("row", { name: /good run/ })).toBeVisible();
  expect(new URL(page.url()).searchParams.get("status")).toBeNull();
  await page.goto(`${server.origin}/?session_id=nobody-${hex(4)}`);
  await expect(page.getByRole("heading", { name: "No run matches these filters" })).toBeVisible();
});

for (const colorScheme of ["light", "dark"] as const) {
  for (const width of [1440, 360]) {
    test(`list and run have no serious axe finding and nothing sticks out at ${width} px in ${colorScheme}`, async ({
      signIn,
      server,
    }) => {
      const run = agentRun("looked at");
      await server.send(run.spans);
      const page = await signIn("/");
      await page.setViewportSize({ width, height: 800 });
      // What fades in has no contrast on its way.
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      for (const path of ["/", `/runs/${run.traceId}?span=${run.ids.call}`]) {
        await page.goto(server.origin + path);
        await expect(page.getByText(path === "/" ? "looked at" : /sunny/).first()).toBeVisible();
        await expectAccessible(page);
        const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
        expect(overflow).toBeLessThanOrEqual(0);
      }
    });
  }
}

test("values to filter by are counted, chosen and removed, and stay in the address", async ({ signIn, server }) => {
  for (const model of ["gpt-4o-mini", "gpt-4o-mini", "gpt-4.1"])
    await server.send(agentRun(`valued by ${model}`, hex(16), { model: [model, "openai"] }).spans);
  const page = await signIn("/");
  await page.getByRole("button", { name: "Values" }).click();
  const models = page.getByRole("group", { name: "Model" });
  const mini = models.getByRole("button", { name: /gpt-4o-mini/ });
  await expect(mini).toContainText("2");
  await mini.click();
  await expect(mini).toHaveAttribute("aria-pressed", "true");
  await expect(page.getByRole("row", { name: /valued by gpt-4\.1/ })).toHaveCount(0);
  await expect(page.getByRole("row", { name: /valued by gpt-4o-mini/ })).toHaveCount(2);
  // Its own filter does not hide what else could be chosen.
  await expect(models.getByRole("button", { name: /gpt-4\.1/ })).toBeVisible();
  await server.send(agentRun("valued by another", hex(16), { model: ["gpt-4o-mini", "openai"] }).spans);
  await expect(page.getByRole("row", { name: /valued by another/ })).toBeVisible();
  await expect(mini).toContainText("3");
  await page.getByRole("combobox", { name: "Sort" }).selectOption("Cheapest");
  await expect(page).toHaveURL(/\?model=gpt-4o-mini&sort=cheap$/);
  await expect(page.getByRole("table", { name: "Runs, cheapest" })).toBeVisible();
  await expectAccessible(page);
  await page.getByRole("button", { name: "Remove Model gpt-4o-mini" }).click();
  await expect(page).toHaveURL(/\?sort=cheap$/);
});

test("an empty list says which filter empties it", async ({ signIn, server }) => {
  await server.send(agentRun("there it is").spans);
  const nobody = `nobody-${hex(4)}`;
  const page = await signIn(`/?status=success&user_id=${nobody}`);
  await expect(page.getByText(`It is “User ${nobody}” that keeps all runs out.`)).toBeVisible();
  await expectAccessible(page);
  await page.getByRole("button", { name: `Without user ${nobody}` }).click();
  await expect(page.getByRole("row", { name: /there it is/ })).toBeVisible();
});

test("runs are narrowed by cost, duration and tool", async ({ signIn, server, page }, info) => {
  const service = "server-test";
  const run = agentRun(`bounded ${hex(4)}`);
  await server.send(run.spans);
  await signIn(`/?service=${service}`);
  const row = page.getByRole("link", { name: run.spans[0]?.name });
  await expect(row).toBeVisible();
  await page.getByRole("button", { name: "Values" }).click();
  const type = async (field: string, value: string) => {
    await page.getByLabel(field, { exact: true }).fill(value);
    await page.getByLabel(field, { exact: true }).press("Enter");
  };
  await type("Duration from, seconds", "1.1");
  await type("Tool", "weather");
  await type("Cost up to, US dollars", "0.5");
  await expect(page).toHaveURL(`${server.origin}/?service=${service}&tool=weather&max_cost=0.5&min_duration_ms=1100`);
  await expect(row).toBeVisible();
  for (const colorScheme of ["light", "dark"] as const) {
    for (const width of [1440, 360]) {
      await page.setViewportSize({ width, height: 800 });
      await page.emulateMedia({ colorScheme });
      if (width === 360 && colorScheme === "light") await page.getByRole("button", { name: /^Filters/ }).click();
      await expect(page.getByLabel("Cost from, US dollars")).toBeVisible();
      await expectAccessible(page);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
      await page.screenshot({ path: info.outputPath(`values-${width}-${colorScheme}.png`) });
    }
  }
  await page.setViewportSize({ width: 1440, height: 800 });
  await type("Duration up to, seconds", "1.2");
  await expect(row).toHaveCount(0);
  await page.getByRole("button", { name: "Remove Duration ≤ 1.20 s" }).click();
  await expect(row).toBeVisible();
});
