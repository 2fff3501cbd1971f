import { readdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { JobAnswer } from "../../src/domain/jobs/schema.ts";
import { eventually } from "../server/harness.ts";
import { agentRun, expect, expectAccessible, hex, test } from "./fixtures.ts";

/**
 * Puts a message aside in the server's own database. A queue needs a minute of tries until it gives one up, and no door
 * takes broken messages.
 */
function putAside(state: string, message: unknown): string {
  const id = hex(16);
  const folder = join(state, "v3", "d1");
  for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
    if (!name.endsWith(".sqlite") || name.includes("metadata")) continue;
    const database = new DatabaseSync(join(folder, name));
    try {
      database
        .prepare(
          `INSERT INTO dead_letters (project_id, id, queue, blob, attempts, received_at, preview)
           VALUES ('default', ?, 'runlight-bells', 'none', 6, ?, ?)`,
        )
        .run(id, Date.now(), JSON.stringify(message));
    } finally {
      database.close();
    }
  }
  return id;
}

const bell = { v: 1, projectId: "default", object: "default/traces/0" };

type Server = { fetch(path: string, init?: RequestInit): Promise<Response> };

async function reprice(server: Server): Promise<string> {
  const answer = await server.fetch("/api/prices/reprice", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ from: "2020-01-01T00:00:00Z", to: "2040-01-01T00:00:00Z" }),
  });
  expect(answer.status).toBe(202);
  return ((await answer.json()) as JobAnswer).id;
}

test("the board shows runs, sessions and calls as they come, and each row leads to its page", async ({
  signIn,
  server,
}) => {
  const page = await signIn("/");
  await page.getByRole("link", { name: "Board" }).click();
  await expect(page.getByRole("heading", { name: "Board" })).toBeVisible();
  await expect(page.getByText("Live", { exact: true })).toBeVisible();
  const name = `seen on the board ${hex(3)}`;
  const session = `board-${hex(3)}`;
  const run = agentRun(name, hex(16), { session });
  await server.send(run.spans);
  const card = (title: string) => page.getByRole("region", { name: title });
  await expect(card("Runs").getByRole("link", { name })).toBeVisible();
  await expect(card("Sessions").getByText(session)).toBeVisible();
  await expect(card("LLM calls").getByRole("link", { name: "gpt-4o-2024-08-06" }).first()).toBeVisible();
  await expect(card("Runs")).toContainText(/[1-9]\d* in the last minute/);
  await expectAccessible(page);
  await card("LLM calls").locator("li").first().getByRole("link").click();
  await expect(page).toHaveURL(`${server.origin}/runs/${run.traceId}?span=${run.ids.call}`);
});

test("an artifact shows on the board as it comes, in its newest version, and leads to its run", async ({
  signIn,
  server,
}) => {
  const run = `run-${hex(4)}`;
  const put = async (body: string) => {
    const headers = { "content-type": "text/markdown", "x-entity-type": "report" };
    const answer = await server.fetch(`/api/runs/${run}/artifacts/notes.md`, { method: "PUT", headers, body });
    return ((await answer.json()) as { id: string }).id;
  };
  const page = await signIn("/board?entities=Artifact");
  await expect(page.getByText("Live", { exact: true })).toBeVisible();
  const card = page.getByRole("region", { name: "Artifacts" });
  await put("one");
  const row = card.locator("li").filter({ hasText: run });
  await expect(row).toContainText("report · 3 B");
  const newest = await put("second");
  await expect(card.locator(`[data-row="${newest}"]`)).toContainText(`report · 6 B · ${run}`);
  await expect(row).toHaveCount(1);
  await expect(card).toContainText(/[1-9]\d* in the last minute/);
  await expectAccessible(page);
  await row.getByRole("link", { name: "notes.md" }).click();
  await expect(page).toHaveURL(`${server.origin}/runs/${run}?artifact=${newest}`);
  await expect(page.getByRole("region", { name: "Artifact notes.md" })).toContainText("second");
});

test("chips narrow the cards and the socket, and the keyboard goes from row to row", async ({ signIn, server }) => {
  await server.send(agentRun("before").spans);
  const page = await signIn("/sessions");
  await expect(page.getByRole("heading", { name: "Sessions" })).toBeVisible();
  await page.keyboard.press("g");
  await page.keyboard.press("b");
  await expect(page).toHaveURL(/\/board$/);
  const sockets: string[] = [];
  page.on("websocket", (socket) => sockets.push(socket.url()));
  const chips = page.getByRole("group", { name: "Kinds that are shown" });
  await chips.getByRole("button", { name: "Jobs" }).click();
  await expect(page.getByRole("region")).toHaveCount(1);
  await expect.poll(() => sockets.at(-1)).toMatch(/\/ws\?entities=Job$/);
  await chips.getByRole("button", { name: "LLM calls" }).click();
  await expect(page).toHaveURL(/\?entities=LlmCall,Job$/);
  await expect.poll(() => sockets.at(-1)).toMatch(/\/ws\?entities=Run,Job$/);
  await page.reload();
  await expect(page.getByRole("region")).toHaveCount(2);
  await chips.getByRole("button", { name: "All", exact: true }).click();
  await expect(page.getByRole("region")).toHaveCount(6);
  await chips.getByRole("button", { name: "All", exact: true }).blur();
  await page.keyboard.press("j");
  await expect(page.getByRole("region", { name: "Runs" }).getByRole("link").nth(1)).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/\/runs\//);
});

test("a job shows as it comes, with how far it is", async ({ signIn, server }) => {
  await server.send(agentRun("to be priced").spans);
  const page = await signIn("/jobs");
  await expect(page.getByText("Live", { exact: true })).toBeVisible();
  const id = await reprice(server);
  const row = page.locator(`[data-job="${id}"]`);
  await expect(row).toContainText("Reprice past calls");
  await expect(row).toContainText("Success");
  await expect(row.getByRole("progressbar")).toHaveAttribute("value", "1");
  await row.getByText(/What was asked/).click();
  await expect(row).toContainText("2040-01-01");
  await expectAccessible(page);
  await page.goto(`${server.origin}/board?entities=Job`);
  await page.getByRole("region", { name: "Jobs" }).locator(`[data-row="${id}"]`).getByRole("link").click();
  await expect(page).toHaveURL(`${server.origin}/jobs?id=${id}`);
  await expect(row).toContainText("2020-01-01");
});

test("jobs say what they came to, how far they are and why they failed", async ({ signIn, page }, info) => {
  const at = new Date().toISOString();
  const job = { status: "success", params: {}, result: null, error: null, attempts: 0, created_at: at, updated_at: at };
  const deleted = { runs: 3, artifacts: 1, packs_rewritten: 2, packs_deleted: 2 };
  const data = [
    {
      ...job,
      id: "job_3",
      kind: "rebuild",
      status: "running",
      done: 250,
      total: 1000,
      attempts: 1,
      error: "D1 is away.",
    },
    { ...job, id: "job_2", kind: "delete", params: { session_id: "s" }, done: 3, total: 3, result: deleted },
    {
      ...job,
      id: "job_1",
      kind: "export",
      status: "error",
      done: 0,
      total: 9,
      attempts: 5,
      error: "The log ends early.",
    },
  ];
  await page.route("**/api/jobs", (route) => route.fulfill({ json: { data, next_cursor: null } }));
  await signIn("/jobs");
  const row = (id: string) => page.locator(`[data-job="${id}"]`);
  for (const part of ["Rebuild the project", "250 of 1,000 done", "The last try failed: D1 is away."])
    await expect(row("job_3")).toContainText(part);
  await expect(row("job_3").getByRole("progressbar")).toHaveAttribute("value", "0.25");
  await expect(row("job_2")).toContainText("Delete a session");
  await expect(row("job_2")).toContainText(
    "3 runs and 1 artifact deleted; 2 packs of events written anew without them.",
  );
  await expect(row("job_1")).toContainText("5 failed attempts");
  await expect(row("job_1")).toContainText("The log ends early.");
  for (const colorScheme of ["light", "dark"] as const) {
    for (const width of [1440, 360]) {
      await page.setViewportSize({ width, height: 800 });
      await page.emulateMedia({ colorScheme });
      await expectAccessible(page);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
      await page.screenshot({ path: info.outputPath(`jobs-${width}-${colorScheme}.png`) });
    }
  }
});

test("a dead letter is opened, put back after a question, and the board hears of it", async ({ signIn, server }) => {
  const id = putAside(server.state, bell);
  const odd = putAside(server.state, { nonsense: true });
  const page = await signIn("/board");
  const board = page.getByRole("region", { name: "Dead letters" }).locator(`[data-row="${id}"]`);
  await expect(board).toContainText("waiting");
  const badge = page.getByRole("link", { name: /Dead letters \d+ waiting/ });
  await expect(badge).toBeVisible();

  const other = await page.context().newPage();
  await other.goto(`${server.origin}/dead-letters`);
  const letter = other.locator(`[data-letter="${id}"]`);
  await letter.getByRole("link").click();
  await expect(letter.getByRole("region", { name: "The message" })).toContainText("default/traces/0");
  await expectAccessible(other);
  await letter.getByRole("button", { name: "Put back on the queue" }).click();
  const question = other.getByRole("dialog", { name: "Put this message back?" });
  await expect(question).toBeVisible();
  await expectAccessible(other);
  await question.getByRole("button", { name: "Leave it" }).click();
  await expect(question).toBeHidden();
  await letter.getByRole("button", { name: "Put back on the queue" }).click();
  await question.getByRole("button", { name: "Put it back" }).click();
  await expect(letter).toContainText("Put back on runlight-bells");
  await expect(letter).toContainText("Replayed");
  await expect(board).toContainText("replayed");

  await other.locator(`[data-letter="${odd}"]`).getByRole("link").click();
  await expect(other.locator(`[data-letter="${odd}"]`)).toContainText("It cannot be put back. The message is no bell");
  await expectAccessible(other);
});

for (const colorScheme of ["light", "dark"] as const) {
  for (const width of [1440, 360]) {
    test(`board, jobs and dead letters have no serious axe finding and nothing sticks out at ${width} px in ${colorScheme}`, async ({
      signIn,
      server,
    }) => {
      await server.send(agentRun("looked at", hex(16), { session: `a long name of a session ${hex(8)}` }).spans);
      const job = await reprice(server);
      await eventually(
        async () => (await (await server.fetch(`/api/jobs/${job}`)).json()) as JobAnswer,
        ({ status }) => status === "success",
      );
      const id = putAside(server.state, bell);
      const page = await signIn("/board");
      await page.setViewportSize({ width, height: 800 });
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      const pages: [string, string][] = [
        ["/board", `[data-row="${id}"]`],
        [`/jobs?id=${job}`, `[data-job="${job}"]`],
        [`/dead-letters?id=${id}`, `[data-letter="${id}"] pre`],
      ];
      for (const [path, part] of pages) {
        await page.goto(server.origin + path);
        await expect(page.locator(part)).toBeVisible();
        await expectAccessible(page);
        const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
        expect([path, overflow <= 0]).toEqual([path, true]);
      }
    });
  }
}
