import type { Page } from "@playwright/test";
import { agentRun, expect, test } from "./fixtures.ts";

const PAGES = [
  "/",
  "/sessions",
  "/calls",
  "/analytics",
  "/analytics/models",
  "/board",
  "/jobs",
  "/settings",
  "/settings/access",
  "/connect",
];

/** Sizes of all text that is seen, and of what is typed into, in px. */
const sizes = (page: Page) =>
  page.evaluate(() => {
    const seen = [...document.querySelectorAll("body *")].filter((element) => element.checkVisibility());
    const size = (element: Element) => Number.parseFloat(getComputedStyle(element).fontSize);
    const says = (element: Element) =>
      [...element.childNodes].some((node) => node.nodeType === 3 && node.nodeValue?.trim());
    const typed = "select, input:not([type=radio], [type=checkbox])";
    return {
      body: size(document.body),
      // A head of a table that only readers of the screen hear is no size.
      texts: seen
        .filter(says)
        .map(size)
        .filter((px) => px > 0),
      fields: seen.filter((element) => element.matches(typed)).map(size),
    };
  });

test("no text is smaller than 11 px, and phones do not zoom into fields", async ({ signIn, server }) => {
  const run = agentRun("set in type");
  await server.send(run.spans);
  const page = await signIn("/");
  await expect(page.getByRole("row", { name: /set in type/ })).toBeVisible();
  for (const path of [...PAGES, `/runs/${run.traceId}?span=${run.ids.call}`]) {
    for (const width of [1440, 360]) {
      await page.setViewportSize({ width, height: 800 });
      await page.goto(server.origin + path);
      await expect(page.getByRole("heading").first()).toBeVisible();
      const { body, texts, fields } = await sizes(page);
      expect(body, path).toBe(13);
      expect(Math.min(...texts), path).toBeGreaterThanOrEqual(11);
      if (width === 360) expect(Math.min(16, ...fields), path).toBe(16);
    }
  }
});
