import { readFileSync } from "node:fs";
import { agentRun, expect, expectAccessible, hex, test } from "./fixtures.ts";

test("a run is exported by the keyboard in both formats, and downloaded", async ({ signIn, server }) => {
  const run = agentRun();
  await server.send(run.spans);
  const path = `/api/runs/${run.traceId}/events`;
  const headers = { "content-type": "application/json" };
  const body = JSON.stringify({ events: [{ type: "CUSTOM", data: { name: "note", value: 1 } }] });
  expect((await server.fetch(path, { method: "POST", headers, body })).status).toBe(200);
  const page = await signIn(`/runs/${run.traceId}`);
  await page.getByRole("button", { name: "Export" }).focus();
  await page.keyboard.press("Enter");
  const dialog = page.getByRole("dialog", { name: "Export this run" });
  const save = async () => {
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      dialog.getByRole("link", { name: /^Download \d/ }).press("Enter"),
    ]);
    return { name: download.suggestedFilename(), text: readFileSync(await download.path(), "utf8") };
  };
  await dialog.getByRole("button", { name: /^JSONL/ }).press("Enter");
  await expect(dialog.getByText("4 events")).toBeVisible();
  await expectAccessible(page);
  const lines = await save();
  expect(lines.name).toBe(`export_${run.traceId}.jsonl`);
  const { data } = await server.json<{ data: unknown[] }>(path);
  expect(lines.text.trim().split("\n")).toEqual(data.map((event) => JSON.stringify(event)));

  await dialog.getByRole("button", { name: /^OTLP/ }).press("Enter");
  await expect(dialog.getByText("3 spans; 1 event left out, as it is no span")).toBeVisible();
  expect((await save()).name).toBe(`export_${run.traceId}.otlp.json`);
  await page.keyboard.press("Escape");
  await expect(dialog).toBeHidden();
  await expect(page.getByRole("button", { name: "Export" })).toBeFocused();
});

test("an export tells how far it is, and why it failed", async ({ signIn, server }) => {
  const traceId = hex(16);
  await server.send(agentRun("large", traceId).spans);
  const page = await signIn(`/runs/${traceId}`);
  const job = { id: "job_1", kind: "export", status: "running", done: 1000, total: 4000, error: null, result: null };
  // The server is too quick to be watched: the page is shown a job that takes its time, and then fails.
  await page.route("**/export", (route) => route.fulfill({ status: 202, json: job }));
  let answer: object = { ...job, done: 2000 };
  await page.route("**/api/jobs/job_1", (route) => route.fulfill({ json: answer }));
  await page.getByRole("button", { name: "Export" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: /^JSONL/ }).click();
  await expect(dialog.getByText("2,000 of 4,000 events")).toBeVisible();
  await expect(dialog.getByRole("progressbar")).toHaveAttribute("value", "0.5");
  await expectAccessible(page);
  answer = { ...job, status: "error", error: "The log ends too early." };
  await expect(dialog.getByRole("alert")).toHaveText("The log ends too early.");
  await expectAccessible(page);
});
