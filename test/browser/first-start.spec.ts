import { test } from "@playwright/test";
import { KEY, removeState, type StartedServer, startServer } from "../server/harness.ts";
import { agentRun, expect, expectAccessible } from "./fixtures.ts";

// A server of its own: these tests are about one that nobody has sent anything to.
let server: StartedServer;
test.beforeAll(async () => {
  server = await startServer();
});
test.afterAll(async () => {
  await server.stop();
  removeState(server.state);
});

test("a stranger is led to the sign-in page; a one-time link signs in and works once", async ({ page }) => {
  await page.goto(server.origin);
  await expect(page).toHaveURL(/sign-in/);
  await expectAccessible(page);
  const token = /sign-in#token=(\w+)/.exec(server.output())?.[1];
  await page.goto(`${server.origin}/sign-in#token=${token}`);
  await expect(page.getByRole("heading", { name: /first trace/i })).toBeVisible();
  await page.context().clearCookies();
  await page.goto("about:blank");
  await page.goto(`${server.origin}/sign-in#token=${token}`);
  await expect(page.getByText(/used before|too old/i)).toBeVisible();
});

test("an empty project has lines for each client, chosen from a list or, on a phone, from a menu", async ({ page }) => {
  await page.request.post(`${server.origin}/api/auth/sign-in`, { data: { key: KEY } });
  await page.goto(server.origin);
  const clients = page.getByRole("navigation", { name: "Clients" });
  await expect(clients.locator("[aria-current=true]")).toHaveText("curl");
  await clients.getByRole("button", { name: "curl" }).focus();
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await expect(clients.locator("[aria-current=true]")).toHaveText("OpenTelemetry");
  await clients.getByRole("button", { name: "Vercel AI SDK", exact: true }).click();
  await expect(page.locator("pre").first()).toHaveText(/^npm install ai /);
  await expect(page.getByRole("button", { name: "Copy: what is to be installed" })).toBeVisible();
  const titles = await clients.getByRole("button").allTextContents();

  // The choice outlives the window's width.
  await page.setViewportSize({ width: 360, height: 800 });
  await expect(clients.getByRole("button")).toHaveCount(0);
  const menu = page.getByLabel("Client", { exact: true });
  await expect(menu.locator("option:checked")).toHaveText("Vercel AI SDK");
  expect(await menu.locator("option").allTextContents()).toEqual(titles);
  for (const title of titles) {
    await menu.selectOption({ label: title });
    expect(await page.evaluate(() => document.documentElement.scrollWidth), title).toBeLessThanOrEqual(360);
  }
  await expectAccessible(page);
});

test("lines that could not be loaded are said to be missing, and the endpoint is still there", async ({
  page,
}, info) => {
  await page.request.post(`${server.origin}/api/auth/sign-in`, { data: { key: KEY } });
  await page.route("**/_app/immutable/chunks/*.js", async (route) => {
    const response = await route.fetch();
    if ((await response.text()).includes("Sends one trace with one model call")) await route.abort();
    else await route.fulfill({ response });
  });
  await page.goto(server.origin);
  await expect(page.getByRole("alert")).toHaveText(/^The examples could not be loaded/);
  await expect(page.getByRole("navigation", { name: "Clients" })).toHaveCount(0);
  await expect(page.getByText(`${server.origin}/v1/traces`)).toBeVisible();
  await expectAccessible(page);
  await page.screenshot({ path: info.outputPath("lost.png") });
});

test("the key in the lines is the one of the last visit, or a new one if that was revoked", async ({ page }) => {
  await page.request.post(`${server.origin}/api/auth/sign-in`, { data: { key: KEY } });
  const shown = async () => {
    await page.goto(server.origin);
    await expect(page.locator("main")).toContainText(/x-api-key: rl_\w{32}/);
    return /x-api-key: (rl_\w{32})/.exec((await page.locator("main").textContent()) ?? "")?.[1];
  };
  const first = await shown();
  expect(await shown()).toBe(first);
  const { data } = await server.json<{ data: { id: string; name: string }[] }>("/api/keys");
  for (const { id, name } of data) {
    if (name === "Dashboard snippet") await server.fetch(`/api/keys/${id}`, { method: "DELETE" });
  }
  const second = await shown();
  expect(second).not.toBe(first);
  expect(await shown()).toBe(second);
});

test("an empty project shows a snippet that works, and turns into the list when it is run", async ({ page }) => {
  await page.request.post(`${server.origin}/api/auth/sign-in`, { data: { key: KEY } });
  await page.goto(server.origin);
  await expect(page.getByRole("heading", { name: /first trace/i })).toBeVisible();
  await expectAccessible(page);
  const snippet = await page.getByText(`${server.origin}/v1/traces`).first().textContent();
  expect(snippet).toBeTruthy();
  const key = /x-api-key: (rl_\w+)/.exec((await page.locator("main").textContent()) ?? "")?.[1] ?? "";
  const { spans } = agentRun("the very first");
  const answer = await fetch(`${server.origin}/v1/traces`, {
    method: "POST",
    headers: { "content-type": "application/json", "x-api-key": key },
    body: JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans }] }] }),
  });
  expect(answer.status).toBe(200);
  await expect(page.getByRole("row", { name: /the very first/ })).toBeVisible();
});
