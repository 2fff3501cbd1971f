import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** The sources of the inline scripts of a page, as a CSP names them. */
export function inlineScriptHashes(html: string): string[] {
  const scripts = html.matchAll(/<script(?![^>]*\ssrc=)[^>]*>([\s\S]*?)<\/script>/g);
  return [...scripts].map(
    ([, code]) =>
      `'sha256-${createHash("sha256")
        .update(code ?? "")
        .digest("base64")}'`,
  );
}

/** The style attribute of the element in which kit tells screen readers of a new page. The only one that is in markup. */
const ANNOUNCER_STYLE = "'sha256-S8qMpvofolR8Mpjy4kQvEm7m1q8clzU4dfDH0AmvZjo='";

export function contentSecurityPolicy(html: string): string {
  return [
    "default-src 'none'",
    `script-src 'self' ${inlineScriptHashes(html).join(" ")}`.trim(),
    "style-src 'self'",
    `style-src-attr 'unsafe-hashes' ${ANNOUNCER_STYLE}`,
    "font-src 'self'",
    "img-src 'self' data:",
    // 'self' covers wss: on the same host in every browser we support; older ones took it for https: only.
    "connect-src 'self'",
    // Files of runs: pages and PDF, which come with a sandbox of their own. Wherever one leads its frame to, it stays here.
    "frame-src 'self'",
    "manifest-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "object-src 'none'",
    "frame-ancestors 'none'",
  ].join("; ");
}

/** Pages' `_headers` file. Written after the build, because the hash of kit's start script changes with every build. */
export function writePagesHeaders(build: string): void {
  const html = readFileSync(join(build, "index.html"), "utf8");
  const headers = `/*
  Content-Security-Policy: ${contentSecurityPolicy(html)}
  X-Content-Type-Options: nosniff
  Referrer-Policy: no-referrer
  X-Frame-Options: DENY
  Cross-Origin-Opener-Policy: same-origin
  Permissions-Policy: camera=(), geolocation=(), microphone=()
  Strict-Transport-Security: max-age=31536000

/_app/immutable/*
  Cache-Control: public, max-age=31536000, immutable
`;
  writeFileSync(join(build, "_headers"), headers);
}
