import type { Run } from "../../src/domain/runs/schema.ts";
import { eventually } from "../server/harness.ts";
import { agentRun, expect, expectAccessible, hex, test } from "./fixtures.ts";

const turn = (session: string, question: string) => agentRun("chat turn", hex(16), { session, question });

test("sessions are listed with their sums and open as a thread of runs", async ({ signIn, server }) => {
  const session = `chat-${hex(4)}`;
  await server.send(turn(session, "Where is my parcel?").spans);
  await server.send(turn(session, "And when will it come?").spans);
  const page = await signIn("/");
  await page.getByRole("link", { name: "Sessions" }).click();
  const row = page.getByRole("row", { name: new RegExp(session) });
  for (const part of ["chat turn", "Where is my parcel?", "It is sunny.", "user-9", /gpt-4o/, "84", /\$0\.00045/])
    await expect(row).toContainText(part);
  await expectAccessible(page);
  await row.getByRole("link", { name: "chat turn" }).click();
  await expect(page).toHaveURL(`${server.origin}/sessions/${session}`);
  const thread = page.getByRole("list", { name: /runs of the session/i });
  await expect(thread.getByRole("listitem")).toHaveCount(2);
  await expect(thread.getByRole("listitem").first()).toContainText("Where is my parcel?");
  await expect(thread.getByRole("listitem").last()).toContainText("And when will it come?");
  await expect(page.locator(".numbers").first()).toContainText("$0.00045");

  const third = turn(session, "Thank you!");
  await server.send(third.spans);
  await expect(thread.getByRole("listitem")).toHaveCount(3);
  await expect(page.locator(".numbers").first()).toContainText("126");
  await expectAccessible(page);
  await thread.getByRole("listitem").last().getByRole("link", { name: "chat turn" }).click();
  await expect(page).toHaveURL(`${server.origin}/runs/${third.traceId}`);
  await page.getByRole("link", { name: session }).click();
  await expect(page).toHaveURL(`${server.origin}/sessions/${session}`);
});

test("a session's id may hold any characters", async ({ signIn, server }) => {
  const ids = ["a/b?c#d e%2F", "Straße 7 · 会話 🙂", "../../etc", "x".repeat(490), "."].map((id) =>
    id === "." ? id : `${id}${hex(2)}`,
  );
  for (const id of ids)
    await server.send(agentRun("odd session", hex(16), { session: id, question: `In ${id}` }).spans);
  await eventually(
    () => server.json<{ data: Run[] }>("/api/runs?limit=200"),
    ({ data }) => ids.every((id) => data.some((run) => run.session_id === id)),
  );
  const page = await signIn("/sessions");
  for (const id of ids) {
    await page.goto(`${server.origin}/sessions`);
    await page
      .locator("[data-session]")
      .filter({ hasText: `In ${id}`.slice(0, 200) })
      .getByRole("link")
      .first()
      .click();
    await expect(page).toHaveURL(id === "." ? /session_id=\.$/ : /\/sessions\/./);
    await expect(page.getByText(`In ${id}`.slice(0, 40)).first()).toBeVisible();
    await page.reload();
    await expect(page.getByText(`In ${id}`.slice(0, 40)).first()).toBeVisible();
  }
  // The address that the API gives: its encoded slash becomes one on the way.
  const slashed = ids[0] ?? "";
  await page.goto(`${server.origin}/sessions/${encodeURIComponent(slashed)}`);
  await expect(page.getByText(`In ${slashed}`).first()).toBeVisible();
});

test("the list follows what comes in, and the keyboard goes there and back", async ({ signIn, server }) => {
  const page = await signIn("/");
  await expect(page.getByRole("heading", { name: "Runs" })).toBeVisible();
  await page.keyboard.press("g");
  await page.keyboard.press("s");
  await expect(page).toHaveURL(/\/sessions$/);
  const session = `live-${hex(4)}`;
  await expect(page.getByText("Live", { exact: true })).toBeVisible();
  await server.send(turn(session, "Anybody there?").spans);
  await expect(page.getByRole("row", { name: new RegExp(session) })).toContainText("Anybody there?");
  await page.keyboard.press("g");
  await page.keyboard.press("r");
  await expect(page).toHaveURL(`${server.origin}/`);
});

for (const colorScheme of ["light", "dark"] as const) {
  for (const width of [1440, 360]) {
    test(`sessions have no serious axe finding and nothing sticks out at ${width} px in ${colorScheme}`, async ({
      signIn,
      server,
    }) => {
      const session = `looked-at-${hex(4)}`;
      await server.send(turn(session, "How does this look?").spans);
      const page = await signIn("/sessions");
      await page.setViewportSize({ width, height: 800 });
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      await expect(page.getByText(session)).toBeVisible();
      for (const path of ["/sessions", `/sessions/${session}`, "/sessions?user_id=nobody"]) {
        await page.goto(server.origin + path);
        await expect(page.getByText(/How does this look|No session of this user/).first()).toBeVisible();
        await expectAccessible(page);
        const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
        expect(overflow).toBeLessThanOrEqual(0);
      }
    });
  }
}
