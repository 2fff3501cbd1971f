import { describe, expect, test } from "vitest";
import { callAttributes, hex, newProject, span, traces } from "./helpers.ts";
import { connect } from "./mcp-client.ts";

describe("the MCP server", () => {
  test("lists tools and finds a run", async () => {
    const project = await newProject();
    const id = hex(16);
    await project.sendTraces(traces([span(id, "answer", 0, 50, { attributes: callAttributes("gpt-4o", 10, 5) })]));
    const client = await connect(project.key);
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toContain("search_runs");
    const read = await client.callTool({ name: "search_runs", arguments: { filter: { model: ["gpt-4o"] } } });
    expect(read.isError).toBeFalsy();
    await client.close();
  });

  test("tells a caller what it did wrong", async () => {
    const project = await newProject(["ingest"]);
    const client = await connect(project.key);
    const refused = await client.callTool({ name: "search_runs", arguments: {} });
    expect(refused).toMatchObject({
      isError: true,
      content: [{ type: "text", text: expect.stringContaining("forbidden") }],
    });
    await client.close();
  });
});
