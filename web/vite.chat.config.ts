import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vite";
import { viteSingleFile } from "vite-plugin-singlefile";

// The view that chat clients show beside a run (an MCP App): one file with everything in it, which the Worker carries.
export default defineConfig({
  plugins: [svelte({ configFile: false }), viteSingleFile({ removeViteModuleLoader: true })],
  publicDir: false,
  build: { outDir: "../src/mcp/app", emptyOutDir: false, rollupOptions: { input: "waterfall.html" } },
});
