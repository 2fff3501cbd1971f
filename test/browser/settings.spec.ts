import { KEY } from "../server/harness.ts";
import { expect, expectAccessible, hex, test } from "./fixtures.ts";

async function put(server: { fetch(path: string, init?: RequestInit): Promise<Response> }, settings: unknown) {
  const answer = await server.fetch("/api/settings", {
    method: "PUT",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(settings),
  });
  expect(answer.status).toBe(200);
}

test("settings are shown, changed and said to be saved, and a run stalls by them", async ({ signIn, server }) => {
  await put(server, { retention_days: 30 });
  const name = `quiet ${hex(4)}`;
  const begun = await server.fetch("/api/runs", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ name }),
  });
  expect(begun.status).toBe(201);

  const page = await signIn("/");
  await page.getByRole("link", { name: "Settings" }).click();
  await expect(page.getByRole("heading", { name: "Settings" })).toBeVisible();
  const minutes = page.getByLabel("Stalled after");
  await expect(minutes).toHaveValue("2");
  await expect(page.getByLabel("For some days")).toBeChecked();
  await expect(page.getByLabel("Kept for")).toHaveValue("30");
  const save = page.getByRole("button", { name: "Save" });
  await expect(save).toBeDisabled();

  // Out of its limits: the browser keeps it here.
  await minutes.fill("0");
  await save.click();
  expect(await minutes.evaluate((field: HTMLInputElement) => field.validity.rangeUnderflow)).toBe(true);
  expect(await server.json("/api/settings")).toEqual({
    stall_after_minutes: 2,
    retention_days: 30,
    search: true,
    monitors: true,
  });

  await minutes.fill("45");
  await page.getByLabel("For ever").check();
  await page.getByLabel("Texts of runs can be searched").uncheck();
  await page.getByLabel("Runs that ended are looked through for trouble").uncheck();
  await save.click();
  await expect(page.getByRole("status").first()).toHaveText("Saved");
  await expect(save).toBeDisabled();
  expect(await server.json("/api/settings")).toEqual({
    stall_after_minutes: 45,
    retention_days: null,
    search: false,
    monitors: false,
  });

  // The other pages know at once.
  await page.route(/\/api\/runs\?/, async (route) => {
    const response = await route.fetch();
    const early = (ms: number) => new Date(Date.now() - ms).toISOString();
    const seen = (await response.text()).replace(/"seen_at":"[^"]*"/g, `"seen_at":"${early(40 * 60_000)}"`);
    await route.fulfill({ response, body: seen });
  });
  await page.getByRole("link", { name: "Runs", exact: true }).click();
  const row = page.getByRole("row", { name: new RegExp(name) });
  await expect(row).toContainText("Running");
  await expect(row).not.toContainText("silent for");
  await put(server, {});
  await page.reload();
  await expect(row).toContainText("silent for 40 min");
});

test("a failure to save is said, and what was typed stays", async ({ page, server }) => {
  await page.request.post(`${server.origin}/api/auth/sign-in`, { data: { key: KEY } });
  await page.goto(`${server.origin}/settings`);
  const minutes = page.getByLabel("Stalled after");
  await minutes.fill("7");
  const error = { code: "invalid_request", message: "It does not fit.", request_id: "r" };
  await page.route("**/api/settings", (route) => route.fulfill({ status: 400, json: { error } }));
  const save = page.getByRole("button", { name: "Save" });
  await save.click();
  await expect(page.getByRole("alert")).toHaveText("The settings were not saved. It does not fit.");
  await expect(minutes).toHaveValue("7");
  await expectAccessible(page);
  await page.unroute("**/api/settings");
  await save.click();
  await expect(page.getByRole("status").first()).toHaveText("Saved");
  await expect(page.getByRole("alert")).toHaveCount(0);
  await put(server, {});
});

test("whoever signed in without the scope admin reads the settings, and is told why no more", async ({
  page,
  server,
}) => {
  const made = await server.fetch("/api/keys", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ name: "reader", scopes: ["read"] }),
  });
  const { key } = (await made.json()) as { key: string };
  await page.request.post(`${server.origin}/api/auth/sign-in`, { data: { key } });
  await page.goto(`${server.origin}/settings`);
  await expect(page.getByRole("note")).toContainText("lacks the scope admin");
  await expect(page.getByLabel("Stalled after")).toBeDisabled();
  await expect(page.getByRole("button", { name: "Save" })).toBeDisabled();
  await expect(page.getByLabel("Texts of runs can be searched")).toBeDisabled();
  await expect(page.getByRole("heading", { name: "Rebuild" })).toHaveCount(0);
  await expectAccessible(page);
});

test("a rebuild is begun and followed, and a failure to begin is said", async ({ page, server }) => {
  await page.request.post(`${server.origin}/api/auth/sign-in`, { data: { key: KEY } });
  await page.goto(`${server.origin}/settings`);
  const error = { code: "overloaded", message: "Try again in a minute.", request_id: "r" };
  await page.route("**/api/rebuild", (route) => route.fulfill({ status: 503, json: { error } }));
  await page.getByRole("button", { name: "Rebuild the project" }).click();
  await expect(page.getByRole("alert")).toHaveText("The rebuild did not begin. Try again in a minute.");
  await page.unroute("**/api/rebuild");
  await page.getByRole("button", { name: "Rebuild and count anew" }).click();
  await expectAccessible(page);
  await page.getByRole("link", { name: "See how far it is" }).click();
  const row = page.locator("li[aria-current]");
  await expect(row).toContainText("Rebuild the project and count anew");
  await expect(row).toContainText("all of them were right", { timeout: 20_000 });
  await expect(row.getByRole("progressbar")).toHaveAttribute("value", "1");
});

for (const colorScheme of ["light", "dark"] as const) {
  for (const width of [1440, 360]) {
    test(`settings have no serious axe finding and nothing sticks out at ${width} px in ${colorScheme}`, async ({
      signIn,
      server,
      page,
    }, info) => {
      await put(server, { retention_days: 30 });
      await page.setViewportSize({ width, height: 800 });
      await page.emulateMedia({ colorScheme });
      await signIn("/settings");
      await expect(page.getByLabel("Kept for")).toHaveValue("30");
      await expectAccessible(page);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
      await page.screenshot({ path: info.outputPath("page.png"), fullPage: true });
      await put(server, {});
    });
  }
}
