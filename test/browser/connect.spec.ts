import type { Page } from "@playwright/test";
import { KEY, type StartedServer } from "../server/harness.ts";
import { expect, expectAccessible, test } from "./fixtures.ts";

/** Each client, and what its lines have that those of others lack. */
const CLIENTS: [title: string, line: RegExp][] = [
  ["Claude Code", /^claude mcp add --transport http runlight ORIGIN\/mcp$/],
  ["Claude, web and apps", /^ORIGIN\/mcp$/],
  ["ChatGPT", /^ORIGIN\/mcp$/],
  ["Cursor", /"url": "ORIGIN\/mcp"/],
  ["VS Code", /^code --add-mcp .*"url":"ORIGIN\/mcp"/],
  ["Codex", /^codex mcp add runlight --url ORIGIN\/mcp\n/],
  ["Gemini CLI", /^gemini mcp add .* runlight ORIGIN\/mcp$/],
  ["MCP Inspector", /inspector --transport http --server-url ORIGIN\/mcp$/],
  ["Any other client", /^ORIGIN\/mcp$/],
];

const lines = (page: Page) => page.locator("pre");

/** The clipboard of a browser without a window: what was written to it. */
async function copied(page: Page): Promise<string> {
  return page.evaluate(() => navigator.clipboard.readText());
}

async function signIn(page: Page, server: StartedServer, key: string, path = "/connect") {
  await page.request.post(`${server.origin}/api/auth/sign-in`, { data: { key } });
  await page.goto(server.origin + path);
}

test("each client is shown with this server's address, and its lines are copied", async ({
  signIn,
  server,
  context,
}) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  const page = await signIn("/connect");
  const clients = page.getByRole("navigation", { name: "Clients" });
  await expect(clients.getByRole("button")).toHaveText(CLIENTS.map(([title]) => title));
  for (const [title, line] of CLIENTS) {
    await clients.getByRole("button", { name: title, exact: true }).click();
    await expect(clients.locator("[aria-current=true]")).toHaveText(title);
    const shown = (await lines(page).first().textContent()) ?? "";
    expect(shown.replaceAll(server.origin, "ORIGIN"), title).toMatch(line);
    expect(await lines(page).allTextContents(), title).not.toContainEqual(expect.stringContaining("Bearer"));
    await page.getByRole("button", { name: "Copy", exact: true }).first().click();
    await expect(page.getByRole("status").filter({ hasText: "Copied" })).toHaveCount(1);
    expect(await copied(page), title).toBe(shown);
  }
});

test("a key is made, is in the lines, and opens the server", async ({ signIn, server }) => {
  const page = await signIn("/connect");
  await page.getByRole("radio", { name: /An API key/ }).check();
  await expect(lines(page).first()).toContainText("Bearer rl_YOUR_KEY");
  await page.getByLabel("It may only read").check();
  await page.getByRole("button", { name: "Make a key" }).click();
  await expect(page.getByRole("status").filter({ hasText: "shown only now" })).toBeVisible();
  const line = (await lines(page).first().textContent()) ?? "";
  const [, key = ""] = /--header "Authorization: Bearer (rl_\w+)"$/.exec(line) ?? [];
  await expectAccessible(page);

  const answer = await fetch(`${server.origin}/mcp`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${key}`,
      "content-type": "application/json",
      accept: "application/json, text/event-stream",
    },
    body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/list" }),
  });
  expect(answer.status).toBe(200);
  expect(await answer.text()).toContain('"search_runs"');
  const me = await server.fetch("/api/me", { headers: { authorization: `Bearer ${key}` } });
  expect(await me.json()).toMatchObject({ scopes: ["read"] });

  // Those that take none say so, and show none.
  await page.getByRole("button", { name: "ChatGPT" }).click();
  await expect(page.getByText("It takes no key: you sign in.")).toBeVisible();
  await expect(page.getByText("cannot reach this machine")).toBeVisible();
  await expect(lines(page).first()).toHaveText(`${server.origin}/mcp`);
});

test("whoever may not make keys is told so", async ({ page, server }) => {
  const made = await server.fetch("/api/keys", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ name: "reader", scopes: ["read"] }),
  });
  const { key } = (await made.json()) as { key: string };
  await signIn(page, server, key);
  await page.getByRole("radio", { name: /An API key/ }).check();
  await expect(page.getByRole("button", { name: "Make a key" })).toBeDisabled();
  await expect(page.getByText("may not make others")).toBeVisible();
  await expectAccessible(page);
});

test("a key that could not be made says so", async ({ page, server }) => {
  await signIn(page, server, KEY);
  const error = { code: "overloaded", message: "Try again in a minute.", request_id: "r" };
  await page.route("**/api/keys", (route) => route.fulfill({ status: 503, json: { error } }));
  await page.getByRole("radio", { name: /An API key/ }).check();
  await page.getByRole("button", { name: "Make a key" }).click();
  await expect(page.getByRole("alert")).toHaveText("Try again in a minute.");
  await expect(page.getByRole("button", { name: "Make a key" })).toBeEnabled();
});

test("the page is reached from the settings, and used without a mouse", async ({ signIn }) => {
  const page = await signIn("/settings");
  await page.getByRole("link", { name: "Connect an agent over MCP" }).press("Enter");
  await expect(page.getByRole("heading", { name: "Connect an agent", level: 1 })).toBeVisible();
  await page.getByRole("radio", { name: /You sign in/ }).focus();
  await page.keyboard.press("ArrowDown");
  await expect(page.getByRole("radio", { name: /An API key/ })).toBeChecked();
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("Tab");
  await expect(page.getByRole("button", { name: "Claude Code" })).toBeFocused();
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await expect(lines(page).first()).toBeVisible();
  await expect(page.getByRole("link", { name: "Open Claude's connectors" })).toBeVisible();
});

for (const colorScheme of ["light", "dark"] as const) {
  for (const width of [1440, 360]) {
    test(`the page has no serious axe finding and nothing sticks out at ${width} px in ${colorScheme}`, async ({
      signIn,
      page,
    }, info) => {
      await page.setViewportSize({ width, height: 800 });
      await page.emulateMedia({ colorScheme });
      await signIn("/connect");
      for (const [title] of CLIENTS) {
        if (width === 360) await page.getByLabel("Client", { exact: true }).selectOption({ label: title });
        else await page.getByRole("button", { name: title, exact: true }).click();
        await page.getByRole("radio", { name: /An API key/ }).check();
        await expectAccessible(page);
        expect(await page.evaluate(() => document.documentElement.scrollWidth), title).toBeLessThanOrEqual(width);
        const name = title.toLowerCase().replaceAll(/\W+/g, "-");
        await page.screenshot({ path: info.outputPath(`${name}.png`), fullPage: true });
      }
    });
  }
}
