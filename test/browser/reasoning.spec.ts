import type { Page } from "@playwright/test";
import type { StartedServer } from "../server/harness.ts";
import { expect, expectAccessible, hex, test } from "./fixtures.ts";

interface Sent {
  type: string;
  data: object;
}

async function post(server: StartedServer, path: string, body: unknown): Promise<void> {
  const headers = { "content-type": "application/json" };
  const answer = await server.fetch(path, { method: "POST", headers, body: JSON.stringify(body) });
  expect(answer.status).toBeLessThan(300);
}

const write = (server: StartedServer, id: string, events: Sent[]) => post(server, `/api/runs/${id}/events`, { events });

/** Begins a reasoning session, as the tools of /mcp do. */
async function think(server: StartedServer, question: string, tool = "biased_reasoning"): Promise<string> {
  const id = `rs_${hex(16)}`;
  const run = { id, kind: "reasoning", name: question, session_id: id, metadata: { tool } };
  await post(server, "/api/runs", run);
  await write(server, id, [
    {
      type: "RUN_STARTED",
      data: { ...run, input: { threadId: id, runId: id, messages: [{ id: "1", role: "user", content: question }] } },
    },
  ]);
  return id;
}

/** A model call and the step that it made. */
function step(number: number, thought: string, more: object = {}, failed = false): Sent[] {
  const span_id = hex(8);
  const start = BigInt(Date.now()) * 1_000_000n;
  const call = {
    span_id,
    name: "chat gpt-4o",
    kind: "client",
    start_time_unix_nano: String(start),
    end_time_unix_nano: String(start + 1_234_000_000n),
    status: failed ? { code: "error", message: "overloaded" } : { code: "ok" },
    attributes: {
      "gen_ai.operation.name": "chat",
      "gen_ai.provider.name": "openai",
      "gen_ai.response.model": "gpt-4o-2024-08-06",
      ...(failed ? { "error.type": "529" } : { "gen_ai.usage.input_tokens": 420, "gen_ai.usage.output_tokens": 120 }),
    },
  };
  const said = {
    step: number,
    thought,
    total_steps: 4,
    model: "gpt-4o-2024-08-06",
    span_id,
    duration_ms: 1234,
    ...more,
  };
  return [{ type: "SPAN", data: call }, ...(failed ? [] : [{ type: "REASONING_STEP", data: said }])];
}

function synthesis(version: number, understanding: string, insights: string[], confidence: number): Sent {
  const parsed = {
    current_understanding: understanding,
    key_insights: insights.map((insight) => ({ insight, confidence: 0.8, step: 1 })),
    action_items: [{ action: "Measure the cold start", priority: "high", step: 2 }],
    confidence,
    clarity: confidence - 0.1,
  };
  return {
    type: "SYNTHESIS_UPDATED",
    data: { version, synthesis: `<state>${understanding}</state>`, parsed, step: version },
  };
}

const bias: Sent = {
  type: "BIAS_DETECTED",
  data: {
    bias: "hasty_conclusion",
    severity: 0.72,
    level: "high",
    confidence: 0.9,
    step: 2,
    explanation: "One slow request does not make the cache the cause.",
    suggestion: "Compare cold and warm requests first.",
    model: "gpt-4o-mini",
  },
};
const flag: Sent = {
  type: "MONITOR_FLAGGED",
  data: {
    monitor: "circular",
    reason: "Step 3 repeats 81 % of step 1.",
    severity: "medium",
    score: 0.81,
    threshold: 0.7,
    step: 3,
  },
};

/** All that a session can hold. */
async function wholeSession(server: StartedServer, question: string): Promise<string> {
  const id = await think(server, question);
  await write(server, id, [
    ...step(
      1,
      "The first request after a deployment takes four seconds.\n\nTwo causes come to mind: the cache, and the cold start.",
      { step_type: "exploration", confidence: 0.6 },
    ),
    synthesis(1, "The first request is slow. The cache may be cold.", ["Only the first request is slow"], 0.45),
    ...step(2, "So it is the cache.", { step_type: "analysis", confidence: 0.9 }),
    bias,
    ...step(3, "Not so fast: warm requests miss the cache as well and are quick.", {
      step_type: "correction",
      revises_step: 2,
      confidence: 0.75,
    }),
    flag,
    synthesis(
      2,
      "The first request is slow. The cold start of the worker is the cause.",
      ["Only the first request is slow", "Warm misses are quick"],
      0.8,
    ),
    ...step(4, "What if the database were the cause?", {
      step_type: "exploration",
      branch_id: "database",
      branch_from_step: 1,
    }),
    ...step(5, "", {}, true),
  ]);
  return id;
}

const stepItem = (page: Page, number: number) => page.locator(`[data-step="${number}"]`);

test("a reasoning session is found in the list and shows what was thought", async ({ signIn, server }) => {
  const id = await wholeSession(server, "Why is the first request slow?");
  const page = await signIn("/sessions?kind=reasoning");
  const row = page.getByRole("row", { name: new RegExp(id) });
  await expect(row).toContainText("biased_reasoning");
  await expect(row).toContainText("Why is the first request slow?");
  await row.getByRole("link").first().click();
  await expect(page).toHaveURL(`${server.origin}/sessions/${id}`);
  await expect(page.getByRole("list", { name: /steps of the session/i }).locator("[data-step]")).toHaveCount(4);
  await expect(stepItem(page, 1)).toContainText(
    /Step 1 of 4.*exploration.*gpt-4o-2024-08-06.*60 % sure.*1\.23 s.*420 in, 120 out.*\$0\.0022/s,
  );
  await expect(stepItem(page, 2)).toContainText(/taken back by step 3.*hasty conclusion/s);
  await expect(stepItem(page, 3)).toContainText(/revises step 2.*Goes in circles/s);
  await expect(stepItem(page, 4)).toContainText("branch database, from step 1");

  const panel = page.getByRole("tabpanel");
  await expect(panel.locator("ins").first()).toHaveText(/cold start|start/);
  await expect(panel.locator("del").first()).toBeVisible();
  await expect(panel).toContainText(/Version 2.*new.*Warm misses are quick.*Measure the cold start.*high.*Version 1/s);
  await expect(panel.getByRole("img", { name: /Confidence by version: 1: 45 %, 2: 80 %/ })).toBeVisible();
  await page.getByRole("tab", { name: /Biases/ }).click();
  await expect(panel).toContainText(
    /hasty conclusion.*high.*0\.72.*step 2.*Compare cold and warm.*Goes in circles.*0\.81/s,
  );
  await page.getByRole("tab", { name: "Models" }).click();
  await expect(panel).toContainText(/gpt-4o-2024-08-06.*Calls\s*5.*Errors\s*1/s);
  await stepItem(page, 1).getByRole("link", { name: "Model call" }).click();
  await expect(page).toHaveURL(new RegExp(`/runs/${id}\\?span=`));
});

test("steps, syntheses and findings come in while they are watched, also after the end of a turn", async ({
  signIn,
  server,
}) => {
  const id = await think(server, "What is the shortest way?", "traced_reasoning");
  const page = await signIn(`/sessions/${id}`);
  await expect(page.getByRole("heading", { name: "No step yet" })).toBeVisible();
  await expect(page.locator(".steps").getByText("Live", { exact: true })).toBeVisible();
  await write(server, id, step(1, "Through the garden."));
  await expect(stepItem(page, 1)).toContainText("Through the garden.");
  await expect(stepItem(page, 1)).toContainText("420 in, 120 out");
  await write(server, id, [
    synthesis(1, "Through the garden it is shortest.", [], 0.5),
    ...step(2, "Unless it rains."),
    flag,
    { type: "RUN_FINISHED", data: { result: "Through the garden." } },
  ]);
  await expect(stepItem(page, 2)).toContainText("Unless it rains.");
  await expect(page.getByRole("tabpanel")).toContainText("Through the garden it is shortest.");
  await expect(page.getByRole("tab", { name: /Biases/ })).toContainText("1");
  await expect(page.locator("header .status").getByText("Success")).toBeVisible();
  await write(server, id, step(3, "It does not rain."));
  await expect(stepItem(page, 3)).toContainText("It does not rain.");
  await expect(page.locator("[data-step]")).toHaveCount(3);
  // What came in live is what a reload shows.
  await page.reload();
  await expect(page.locator("[data-step]")).toHaveCount(3);
});

test("on a phone a link to a step leads to the steps", async ({ signIn, server }) => {
  const id = await wholeSession(server, "Where does it lead?");
  const page = await signIn("/sessions");
  await page.setViewportSize({ width: 360, height: 500 });
  await page.goto(`${server.origin}/sessions/${id}`);
  await page.getByRole("tab", { name: /Biases/ }).click();
  await expect(page.locator("[data-step]")).toHaveCount(0);
  await page.getByRole("tabpanel").getByRole("link", { name: "step 3" }).click();
  await expect(stepItem(page, 3)).toBeInViewport();
});

test("thoughts are shown as text, whatever is in them", async ({ signIn, server }) => {
  const id = await think(server, "Is it safe?");
  await write(
    server,
    id,
    step(1, '<img src=x onerror="document.title=1"><script>document.title = 2</script> **bold**'),
  );
  const page = await signIn(`/sessions/${id}`);
  await expect(stepItem(page, 1)).toContainText('<img src=x onerror="document.title=1">');
  await expect(stepItem(page, 1).locator("img")).toHaveCount(0);
});

test("two sessions can be put side by side", async ({ signIn, server }) => {
  const one = await wholeSession(server, `Side one ${hex(3)}`);
  const two = await think(server, `Side two ${hex(3)}`, "planner");
  await write(server, two, step(1, "A plan."));
  const page = await signIn("/sessions?kind=reasoning");
  await expect(page.getByRole("row", { name: new RegExp(two) })).toBeVisible();
  await page.goto(`${server.origin}/sessions/${one}`);
  await page.getByRole("button", { name: "Compare" }).click();
  await page
    .getByRole("dialog")
    .getByRole("button", { name: /Side two/ })
    .click();
  await expect(page).toHaveURL(new RegExp(`with=${two}`));
  await expect(page.getByRole("region", { name: "This session" })).toContainText("So it is the cache.");
  await expect(page.getByRole("region", { name: "The other session" })).toContainText("A plan.");
  await expectAccessible(page);
  await page.getByRole("link", { name: "Compare no more" }).click();
  await expect(page.getByRole("region", { name: "The other session" })).toHaveCount(0);
});

for (const colorScheme of ["light", "dark"] as const) {
  for (const width of [1440, 360]) {
    test(`reasoning has no serious axe finding and nothing sticks out at ${width} px in ${colorScheme}`, async ({
      signIn,
      server,
    }) => {
      const full = await wholeSession(server, "How does this look, and does a long question stay within its line?");
      const empty = await think(server, "Nothing yet?");
      const page = await signIn("/sessions?kind=reasoning");
      await page.setViewportSize({ width, height: 900 });
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      const sound = async () => {
        await expectAccessible(page);
        const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
        expect(overflow).toBeLessThanOrEqual(0);
      };
      const shot = (name: string) =>
        process.env.SHOTS
          ? page.screenshot({ path: `${process.env.SHOTS}/${name}-${width}-${colorScheme}.png` })
          : null;
      await expect(page.getByText(full)).toBeVisible();
      await sound();
      await shot("list");
      for (const id of [full, empty]) {
        await page.goto(`${server.origin}/sessions/${id}`);
        await expect(
          id === full ? stepItem(page, 4) : page.getByRole("heading", { name: "No step yet" }),
        ).toBeVisible();
        for (const tab of await page.getByRole("tab").all()) {
          await tab.click();
          await sound();
          await shot(`${id === full ? "full" : "empty"}-${await tab.getAttribute("data-tab")}`);
        }
      }
      await page.goto(`${server.origin}/sessions/${full}?with=${empty}`);
      await expect(page.getByRole("region", { name: "The other session" })).toBeVisible();
      await sound();
      await shot("compare");
    });
  }
}
