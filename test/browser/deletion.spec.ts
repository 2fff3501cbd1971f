import { eventually } from "../server/harness.ts";
import { agentRun, expect, expectAccessible, hex, test } from "./fixtures.ts";

test("a run is deleted after it was said what goes, and the list is shown without it", async ({ signIn, server }) => {
  const name = `to be deleted ${hex(4)}`;
  const run = agentRun(name);
  await server.send(run.spans);
  const page = await signIn("/");
  const list = await page.context().newPage();
  await list.goto(`${server.origin}/`);
  await expect(list.getByRole("link", { name })).toBeVisible();
  await page.getByRole("link", { name }).click();
  await page.getByRole("button", { name: "Delete" }).focus();
  await page.keyboard.press("Enter");
  const dialog = page.getByRole("dialog", { name: "Delete this run?" });
  for (const part of [name, "3 spans", "1 LLM call", "all artifacts", "analytics"])
    await expect(dialog).toContainText(part);
  await expectAccessible(page);
  await page.keyboard.press("Escape");
  await expect(page.getByRole("button", { name: "Delete" })).toBeFocused();
  expect((await server.fetch(`/api/runs/${run.traceId}`)).status).toBe(200);

  await page.getByRole("button", { name: "Delete" }).click();
  await dialog.getByRole("button", { name: "Delete the run" }).click();
  await expect(dialog.getByRole("progressbar")).toBeVisible();
  await expectAccessible(page);
  // Whoever has the list open sees it go; whoever deleted it is led there.
  await expect(list.getByRole("link", { name })).toHaveCount(0);
  await expect(page).toHaveURL(`${server.origin}/`, { timeout: 20_000 });
  await expect(page.getByRole("link", { name })).toHaveCount(0);
  expect((await server.fetch(`/api/runs/${run.traceId}`)).status).toBe(404);
});

test("a session is deleted with its runs", async ({ signIn, server }) => {
  const session = `gone-${hex(4)}`;
  await server.send([1, 2].flatMap((n) => agentRun(`turn ${n}`, hex(16), { session }).spans));
  await eventually(
    () => server.json<{ data: object[] }>(`/api/runs?session_id=${session}`),
    ({ data }) => data.length === 2,
  );
  const page = await signIn(`/sessions/${session}`);
  await page.getByRole("button", { name: "Delete" }).click();
  const dialog = page.getByRole("dialog", { name: "Delete this session?" });
  await expect(dialog).toContainText("2 runs, with all events");
  await expectAccessible(page);
  await dialog.getByRole("button", { name: "Delete 2 runs" }).click();
  await expect(dialog).toContainText("Gone from all lists");
  await expect(page).toHaveURL(`${server.origin}/sessions`, { timeout: 20_000 });
  await expect(page.getByRole("row", { name: new RegExp(session) })).toHaveCount(0);
  expect(await server.json(`/api/runs?session_id=${session}`)).toMatchObject({ data: [] });
});

test("who may not delete is told why", async ({ page, server }) => {
  const run = agentRun();
  await server.send(run.spans);
  const made = await server.fetch("/api/keys", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ name: "reader", scopes: ["read"] }),
  });
  const { key } = (await made.json()) as { key: string };
  await page.request.post(`${server.origin}/api/auth/sign-in`, { data: { key } });
  await page.goto(`${server.origin}/runs/${run.traceId}`);
  await page.getByRole("button", { name: "Delete" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: "Delete the run" }).click();
  await expect(dialog.getByRole("alert")).toHaveText(/^It was not deleted\. .*lacks the scope "write"/);
  await expect(dialog.getByRole("button", { name: "Keep it" })).toBeVisible();
  await expectAccessible(page);
});

for (const colorScheme of ["light", "dark"] as const) {
  for (const width of [1440, 360]) {
    test(`the question before a deletion fits at ${width} px in ${colorScheme}`, async ({
      signIn,
      server,
      page,
    }, info) => {
      const run = agentRun("a run whose name is as long as names of runs are when a machine makes them up");
      await server.send(run.spans);
      await page.setViewportSize({ width, height: 800 });
      await page.emulateMedia({ colorScheme });
      await signIn(`/runs/${run.traceId}`);
      await page.getByRole("button", { name: "Delete" }).click();
      await expect(page.getByRole("dialog")).toContainText("all artifacts");
      await expectAccessible(page);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
      await page.screenshot({ path: info.outputPath("page.png") });
    });
  }
}
