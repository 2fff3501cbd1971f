import type { McpServer } from "@modelcontextprotocol/server";
import html from "./waterfall.html";

/** The address of the view, which tools name that it belongs to. */
export const VIEW_URI = "ui://runlight/waterfall.html";

/** What tells a client that a tool's answer has a view (io.modelcontextprotocol/ui); the second form is that of older clients. */
export const WITH_VIEW = { ui: { resourceUri: VIEW_URI }, "ui/resourceUri": VIEW_URI };

/** A tool that the view calls, and that is not offered to the model. */
export const FOR_THE_VIEW = { ui: { visibility: ["app"] } };

/** Adds the waterfall as an MCP App: one page with everything in it, which asks nobody but this server, through its host. */
export function addView(server: McpServer): void {
  const ui = { csp: { connectDomains: [], resourceDomains: [] }, prefersBorder: false };
  const config = {
    title: "Waterfall of a run",
    description: "The view that show_run opens in chat clients that can show one",
    mimeType: "text/html;profile=mcp-app",
    _meta: { ui },
  };
  server.registerResource("waterfall", VIEW_URI, config, (uri) => ({
    contents: [{ uri: uri.href, mimeType: config.mimeType, text: html, _meta: { ui } }],
  }));
}
