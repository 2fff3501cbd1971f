import adapter from "@sveltejs/adapter-static";
import { sveltekit } from "@sveltejs/kit/vite";
import { defineConfig } from "vite";
import { fakeApi } from "./dev/fake-api.ts";
import { writePagesHeaders } from "./src/build/pages-headers.ts";

// RUNLIGHT_API=http://127.0.0.1:8787 develops against a running Worker; without it, against made-up data.
const api = process.env.RUNLIGHT_API;
const apiPaths = ["/api", "/v1", "/otel", "/mcp", "/health", "/info", "/metrics", "/ws"];

/** Modules of the first page that others use too. Only what the list of runs loads anyway. */
const SHELL =
  /src\/lib\/((api|backoff|clipboard|clock\.svelte|format|keys|live-socket|money|session\.svelte|session-path|silence|theme\.svelte|time)\.ts|components\/(Cost|Failure|Icon|LiveDot|StatusMark|Time)\.svelte)|src\/domain\/sessions\/path\.ts/;

const spa = adapter({ pages: "build", fallback: "index.html" });

export default defineConfig({
  plugins: [
    sveltekit({
      adapter: {
        name: "pages",
        async adapt(builder) {
          await spa.adapt(builder);
          writePagesHeaders("build");
        },
      },
      // Only hashes of the scripts that the build itself writes may run. `_headers` repeats it with what a meta tag cannot say.
      csp: { mode: "hash", directives: { "script-src": ["self"] } },
    }),
    ...(api ? [] : [fakeApi()]),
  ],
  environments: {
    client: {
      build: {
        rolldownOptions: {
          output: {
            // What nearly every page needs is one file: two dozen small ones compress worse, and each is a request.
            codeSplitting: { groups: [{ name: "shell", test: SHELL }] },
          },
        },
      },
    },
  },
  server: {
    proxy: api ? Object.fromEntries(apiPaths.map((path) => [path, { target: api, changeOrigin: true, ws: true }])) : {},
  },
});
