import { createHash } from "node:crypto";
import { expect, it } from "vitest";
import { contentSecurityPolicy } from "./pages-headers.ts";

const start = "\n  import('/start.js');\n";
const html = `<script src="/theme.js"></script><script>${start}</script>`;

it("lets run what the page itself starts with, and nothing else inline", () => {
  const hash = createHash("sha256").update(start).digest("base64");
  expect(contentSecurityPolicy(html)).toContain(`script-src 'self' 'sha256-${hash}';`);
  expect(contentSecurityPolicy(html)).not.toMatch(/unsafe-inline|unsafe-eval/);
});

it("says what a meta tag cannot say", () => {
  expect(contentSecurityPolicy(html)).toContain("frame-ancestors 'none'");
});
