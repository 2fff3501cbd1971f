import { stepsOf } from "../fixtures/monitors/example.ts";
import { SICK } from "../fixtures/monitors/sick.ts";
import { agentRun, expect, expectAccessible, hex, test } from "./fixtures.ts";

const CIRCULAR = SICK.find(({ expect: signs, found = signs }) => found.length === 1 && found[0] === "repeats");

const attribute = (key: string, stringValue: string) => ({ key, value: { stringValue } });
const said = (role: string, content: string) => JSON.stringify([{ role, parts: [{ type: "text", content }] }]);

/** A trace of an agent that goes in circles. */
function sickRun() {
  const { question = "", ...example } = CIRCULAR ?? { steps: [] };
  const traceId = hex(16);
  const root = hex(8);
  const now = BigInt(Date.now()) * 1_000_000n;
  const time = (n: number) => String(now + BigInt(n) * 100_000_000n);
  const steps = stepsOf({ ...example, question } as Parameters<typeof stepsOf>[0]);
  const calls = steps.map(({ text }, n) => ({
    traceId,
    spanId: hex(8),
    parentSpanId: root,
    name: `chat round ${n + 1}`,
    kind: 3,
    startTimeUnixNano: time(n),
    endTimeUnixNano: time(n + 1),
    attributes: [
      attribute("gen_ai.operation.name", "chat"),
      attribute("gen_ai.provider.name", "openai"),
      attribute("gen_ai.request.model", "gpt-4o"),
      attribute("gen_ai.input.messages", said("user", question)),
      attribute("gen_ai.output.messages", said("assistant", text)),
    ],
  }));
  const span = { traceId, spanId: root, name: "going round", kind: 1 };
  return { traceId, spans: [{ ...span, startTimeUnixNano: time(0), endTimeUnixNano: time(steps.length) }, ...calls] };
}

test("a monitor's finding comes live, marks its spans and leads to them", async ({ signIn, server }) => {
  const run = sickRun();
  await server.send(run.spans);
  const page = await signIn(`/runs/${run.traceId}`);
  const list = page.getByRole("region", { name: "Findings, notes and scores" });
  await expect(list).toHaveCount(0);
  await expect(list.getByText(/nearly the same as step/)).toBeVisible({ timeout: 30_000 });
  await expect(list.getByText("In circles")).toBeVisible();
  const row = page.getByRole("treegrid", { name: "Spans" }).getByRole("row", { name: /In circles.*nearly the same/ });
  await expect(row.first()).toBeVisible();
  await expectAccessible(page);

  const link = list.getByRole("button", { name: /chat round/ }).first();
  const name = (await link.textContent())?.match(/chat round \d+/)?.[0] ?? "";
  await link.click();
  const panel = page.getByRole("region", { name: `Span ${name}` });
  await expect(panel.getByRole("region", { name: "Said about this span" })).toContainText("In circles");
  await expectAccessible(page);

  // It is there for who comes later, too, and on a phone.
  await page.setViewportSize({ width: 360, height: 740 });
  await page.goto(`${server.origin}/runs/${run.traceId}`);
  await page.getByRole("tab", { name: "Overview" }).click();
  await expect(list.getByText("In circles")).toBeVisible();
  await expectAccessible(page);
});

test("notes and scores appear as they are given; a run without any shows nothing of it", async ({ signIn, server }) => {
  const run = agentRun("talked about");
  await server.send(run.spans);
  const page = await signIn(`/runs/${run.traceId}`);
  const list = page.getByRole("region", { name: "Findings, notes and scores" });
  await expect(page.getByRole("row", { name: /talked about/ })).toBeVisible();
  await expect(list).toHaveCount(0);
  const post = async (path: string, body: object) => {
    const headers = { "content-type": "application/json" };
    const answer = await server.fetch(`/api/runs/${run.traceId}/${path}`, {
      method: "POST",
      headers,
      body: JSON.stringify(body),
    });
    expect(answer.status).toBe(201);
  };
  await post("notes", { text: "The tool timed out again.", author: "Mia", span_id: run.ids.call });
  await expect(list.getByText("The tool timed out again.")).toBeVisible();
  await expect(list.getByText("by Mia")).toBeVisible();
  await post("scores", { name: "helpfulness", value: 0.8, comment: "Short and right." });
  await expect(list.getByText("helpfulness")).toBeVisible();
  await expect(list.getByRole("listitem")).toHaveCount(2);
  await list.getByRole("button", { name: /chat gpt-4o/ }).click();
  const about = page.getByRole("region", { name: "Said about this span" });
  await expect(about.getByRole("listitem")).toHaveCount(1);
  await expectAccessible(page);
});
