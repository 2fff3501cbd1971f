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
