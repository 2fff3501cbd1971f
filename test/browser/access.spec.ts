import type { Page } from "@playwright/test";
import { KEY, type StartedServer } from "../server/harness.ts";
import { expect, expectAccessible, hex, test } from "./fixtures.ts";

const bearer = (key: string) => ({ authorization: `Bearer ${key}` });
const json = (body: unknown, headers: Record<string, string> = {}): RequestInit => ({
  method: "POST",
  headers: { "content-type": "application/json", ...headers },
  body: JSON.stringify(body),
});

async function makeKey(server: StartedServer, name: string, scopes: string[]) {
  const answer = await server.fetch("/api/keys", json({ name, scopes }));
  expect(answer.status).toBe(201);
  return (await answer.json()) as { id: string; key: string };
}

const CALLBACK = "http://127.0.0.1:9/callback";

/** Has a client let in on the consent page by whoever is signed in. @returns its access token */
async function letIn(page: Page, server: StartedServer, name: string): Promise<string> {
  const client = {
    client_name: name,
    redirect_uris: [CALLBACK],
    token_endpoint_auth_method: "none",
  };
  const registered = await fetch(`${server.origin}/oauth/register`, json(client));
  const { client_id } = (await registered.json()) as { client_id: string };
  const verifier = hex(32);
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(verifier));
  const asked = new URLSearchParams({
    response_type: "code",
    client_id,
    redirect_uri: CALLBACK,
    scope: "read write",
    code_challenge: Buffer.from(hash).toString("base64url"),
    code_challenge_method: "S256",
    resource: `${server.origin}/mcp`,
  });
  const path = `${server.origin}/oauth/authorize?${asked}`;
  const proof = /name="proof" value="([^"]+)"/.exec(await (await page.request.get(path)).text())?.[1] ?? "";
  const form = new URLSearchParams([
    ["proof", proof],
    ["decision", "allow"],
    ["scope", "read"],
    ["scope", "write"],
  ]);
  const headers = { "content-type": "application/x-www-form-urlencoded", origin: server.origin };
  const allowed = await page.request.post(path, { headers, data: form.toString(), maxRedirects: 0 });
  const code = new URL(allowed.headers().location ?? "").searchParams.get("code") ?? "";
  const exchange = {
    grant_type: "authorization_code",
    client_id,
    code,
    redirect_uri: CALLBACK,
    code_verifier: verifier,
  };
  const tokens = await fetch(`${server.origin}/oauth/token`, {
    method: "POST",
    body: new URLSearchParams({ ...exchange, resource: `${server.origin}/mcp` }),
  });
  return ((await tokens.json()) as { access_token: string }).access_token;
}

/** Other tests of this server let clients in as well. */
async function disconnectAll(server: StartedServer): Promise<void> {
  const { data } = await server.json<{ data: { id: string }[] }>("/api/connections?limit=200");
  for (const { id } of data) await server.fetch(`/api/connections/${id}`, { method: "DELETE" });
}

async function ping(server: StartedServer, token: string): Promise<number> {
  const headers = { accept: "application/json, text/event-stream", ...bearer(token) };
  return (await fetch(`${server.origin}/mcp`, json({ jsonrpc: "2.0", id: 1, method: "ping" }, headers))).status;
}

test("a key is made, works, and is revoked; the list says so", async ({ signIn, server }) => {
  const page = await signIn("/settings");
  await page.getByRole("link", { name: "Keys and connected apps" }).click();
  await expect(page.getByRole("heading", { name: "Access" })).toBeVisible();
  const list = page.getByRole("list", { name: "API keys, the newest first" });
  const own = list.getByRole("listitem").filter({ hasText: "You are signed in with it" });
  await expect(own).toContainText("RUNLIGHT_API_KEY");
  await expect(own.getByRole("button")).toHaveCount(0);

  const name = `checkout ${hex(4)}`;
  await page.getByRole("button", { name: "Make a key" }).click();
  await expect(page.getByRole("textbox", { name: "Name" })).toBeFocused();
  await page.keyboard.type(name);
  await page.getByRole("checkbox", { name: /ingest/ }).uncheck();
  await expect(page.getByRole("button", { name: "Make the key" })).toBeDisabled();
  await page.getByRole("checkbox", { name: /^read/ }).check();
  await page.getByRole("textbox", { name: "Name" }).press("Enter");
  const made = page.getByRole("group", { name: `The key “${name}” is made.` });
  await expect(made).toBeFocused();
  const key = (await made.locator("code").first().textContent()) ?? "";
  expect(key).toMatch(/^rl_[0-9A-Za-z]{32}$/);
  await expectAccessible(page);
  expect((await fetch(`${server.origin}/api/runs`, { headers: bearer(key) })).status).toBe(200);
  expect((await fetch(`${server.origin}/v1/traces`, json({}, bearer(key)))).status).toBe(403);
  await page.getByRole("button", { name: "I have copied it" }).click();
  await expect(page.getByText(key)).toHaveCount(0);
  await expect(page.getByRole("button", { name: "Make a key" })).toBeFocused();

  const row = list.getByRole("listitem").filter({ hasText: name });
  await expect(row).toContainText("with RUNLIGHT_API_KEY");
  const revoke = row.getByRole("button", { name: `Revoke ${name}` });
  await revoke.click();
  const dialog = page.getByRole("dialog", { name: "Revoke this key?" });
  await expect(dialog).toContainText("Dashboards that were signed in with it");
  await expectAccessible(page);
  await dialog.getByRole("button", { name: "Keep it" }).click();
  await expect(row).toBeVisible();
  await revoke.press("Enter");
  await dialog.getByRole("button", { name: "Revoke", exact: true }).click();
  await expect(row).toHaveCount(0);
  await expect(page.getByRole("heading", { name: "API keys" })).toBeFocused();
  await expect(page.getByRole("status").filter({ hasText: "is revoked" })).toHaveText(`${name} is revoked`);
  expect((await fetch(`${server.origin}/api/runs`, { headers: bearer(key) })).status).toBe(401);
  await page.reload();
  await expect(own).toBeVisible();
  await expect(row).toHaveCount(0);
});

test("an app that was let in is shown, and refused once it is disconnected", async ({ signIn, server }) => {
  await disconnectAll(server);
  const page = await signIn("/settings/access");
  await expect(page.getByText("No app is connected.")).toBeVisible();
  const name = `Editor ${hex(4)}`;
  const token = await letIn(page, server, name);
  expect(await ping(server, token)).toBe(200);
  await page.reload();
  const row = page.getByRole("list", { name: "Connected apps, the newest first" }).getByRole("listitem");
  await expect(row).toContainText(name);
  await expect(row).toContainText("nobody has checked the name");
  await expect(row).toContainText("writes notes and scores");
  await expect(row).toContainText("by a sign-in with RUNLIGHT_API_KEY");
  await row.getByRole("button", { name: `Disconnect ${name}` }).click();
  const dialog = page.getByRole("dialog", { name: "Disconnect this app?" });
  await expect(dialog).toContainText("can no longer read the project");
  await expectAccessible(page);
  await dialog.getByRole("button", { name: "Disconnect" }).click();
  await expect(page.getByText("No app is connected.")).toBeVisible();
  expect(await ping(server, token)).toBe(401);
  await expect(page.getByRole("link", { name: "Connect an agent over MCP" })).toHaveAttribute("href", "/connect");
});

test("whoever revokes the key that they signed in with is signed out, and so is what they let in", async ({
  page,
  server,
}) => {
  const name = `mine ${hex(4)}`;
  const { key } = await makeKey(server, name, ["ingest", "read", "write", "admin"]);
  await page.request.post(`${server.origin}/api/auth/sign-in`, { data: { key } });
  const app = `Chat ${hex(4)}`;
  const token = await letIn(page, server, app);
  expect(await ping(server, token)).toBe(200);
  await page.goto(`${server.origin}/settings/access`);
  await expect(page.getByRole("listitem").filter({ hasText: app })).toBeVisible();
  await page.getByRole("button", { name: `Revoke ${name}` }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog).toContainText(`Apps that were let in there: ${app}.`);
  await expect(dialog).toContainText("You will be signed out");
  await dialog.getByRole("button", { name: "Revoke", exact: true }).click();
  await expect(page).toHaveURL(/\/sign-in\?next=%2Fsettings%2Faccess$/);
  expect((await page.request.get(`${server.origin}/api/me`)).status()).toBe(401);
  expect(await ping(server, token)).toBe(401);
});

test("what fails is said, and nothing is taken from the lists", async ({ page, server }) => {
  const name = `stays ${hex(4)}`;
  await disconnectAll(server);
  await makeKey(server, name, ["read"]);
  await page.request.post(`${server.origin}/api/auth/sign-in`, { data: { key: KEY } });
  const error = { code: "unavailable", message: "Try again in a minute.", request_id: "r" };
  await page.route("**/api/connections?*", (route) => route.fulfill({ status: 503, json: { error } }));
  await page.goto(`${server.origin}/settings/access`);
  const alert = page.getByRole("alert");
  await expect(alert).toContainText("The apps could not be loaded. Try again in a minute.");
  await page.unroute("**/api/connections?*");
  await alert.getByRole("button", { name: "Try again" }).click();
  await expect(page.getByText("No app is connected.")).toBeVisible();
  await page.route("**/api/keys/*", (route) => route.fulfill({ status: 503, json: { error } }));
  await page.getByRole("button", { name: `Revoke ${name}` }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Revoke", exact: true }).click();
  await expect(page.getByRole("alert")).toHaveText("Nothing was changed. Try again in a minute.");
  await page.getByRole("button", { name: "Keep it" }).click();
  await expect(page.getByRole("listitem").filter({ hasText: name })).toBeVisible();
  // Somebody else was first: that is as good.
  await page.unroute("**/api/keys/*");
  const gone = { code: "not_found", message: "It was revoked before.", request_id: "r" };
  await page.route("**/api/keys/*", (route) => route.fulfill({ status: 404, json: { error: gone } }));
  await page.getByRole("button", { name: `Revoke ${name}` }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Revoke", exact: true }).click();
  await expect(page.getByRole("listitem").filter({ hasText: name })).toHaveCount(0);
});

test("whoever signed in without the scope admin is told why they see nothing", async ({ page, server }) => {
  const { key } = await makeKey(server, "reader", ["read"]);
  await page.request.post(`${server.origin}/api/auth/sign-in`, { data: { key } });
  const asked: string[] = [];
  page.on("request", (request) => asked.push(new URL(request.url()).pathname));
  await page.goto(`${server.origin}/settings/access`);
  await expect(page.getByRole("note")).toContainText("lacks the scope admin");
  await expect(page.getByRole("heading", { name: "API keys" })).toHaveCount(0);
  await expectAccessible(page);
  expect(asked.filter((path) => /^\/api\/(keys|connections)/.test(path))).toEqual([]);
});

for (const colorScheme of ["light", "dark"] as const) {
  for (const width of [1440, 360]) {
    test(`access has no serious axe finding and nothing sticks out at ${width} px in ${colorScheme}`, async ({
      signIn,
      server,
      page,
    }, info) => {
      await page.setViewportSize({ width, height: 800 });
      await page.emulateMedia({ colorScheme });
      await makeKey(server, `A key with a name that ${"goes_on_and_on_".repeat(5)}`, [
        "ingest",
        "read",
        "write",
        "admin",
      ]);
      await signIn("/");
      await letIn(page, server, `An app that is called ${"Something-very-long-".repeat(5)}`);
      await page.goto(`${server.origin}/settings/access`);
      await expect(page.getByRole("button", { name: /^Disconnect An app/ }).first()).toBeVisible();
      await page.getByRole("button", { name: "Make a key" }).click();
      await expect(page.getByRole("textbox", { name: "Name" })).toBeVisible();
      await expectAccessible(page);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
      await page.screenshot({ path: info.outputPath("page.png"), fullPage: true });
      await page
        .getByRole("button", { name: /^Revoke A key/ })
        .first()
        .click();
      await expect(page.getByRole("dialog")).toBeVisible();
      await expectAccessible(page);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
      await page.screenshot({ path: info.outputPath("dialog.png") });
    });
  }
}
