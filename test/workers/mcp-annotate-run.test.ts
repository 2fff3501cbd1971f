import { describe, expect, test } from "vitest";
import type { RunEvent } from "../../src/events/event.ts";
import { hex, newKey, newProject, span, traces } from "./helpers.ts";
import { connect } from "./mcp-client.ts";

async function aRun() {
  const project = await newProject();
  const id = hex(16);
  const root = span(id, "answer", 0, 50);
  await project.sendTraces(traces([root]));
  return { project, id, root };
}

async function annotate(key: string, args: Record<string, unknown>) {
  const client = await connect(key);
  const answer = await client.callTool({ name: "annotate_run", arguments: args });
  await client.close();
  return answer;
}

describe("annotate_run", () => {
  test("writes a note and a score into the run's log", async () => {
    const { project, id, root } = await aRun();
    const answer = await annotate(project.key, {
      run_id: id,
      note: "The tool was asked twice.",
      score: { name: "helpfulness", value: 0.25, comment: "Too slow." },
      span_id: root.spanId.toUpperCase(),
      author: "judge",
    });
    expect(answer.structuredContent).toEqual({ run_id: id, note_seq: 2, score_seq: 3 });
    const { data } = await project.json<{ data: RunEvent[] }>(`/api/runs/${id}/events?after=1`);
    expect(data.map(({ type, data }) => [type, data])).toEqual([
      ["NOTE_ADDED", { text: "The tool was asked twice.", span_id: root.spanId, author: "judge" }],
      [
        "SCORE_ADDED",
        { name: "helpfulness", value: 0.25, comment: "Too slow.", span_id: root.spanId, author: "judge" },
      ],
    ]);
  });

  test("refuses what is not there, what is another project's, and nothing to write", async () => {
    const { project, id } = await aRun();
    const other = await newProject();
    const refusals = [
      [project.key, { run_id: hex(16), note: "x" }, "run_not_found"],
      [other.key, { run_id: id, note: "x" }, "run_not_found"],
      [project.key, { run_id: id, note: "x", span_id: hex(8) }, "span_not_found"],
      [project.key, { run_id: id, note: "x", span_id: "no span" }, "span_not_found"],
      [project.key, { run_id: id }, "invalid_request"],
      [await newKey(project.id, ["read", "ingest"]), { run_id: id, note: "x" }, "forbidden"],
    ] as const;
    for (const [key, args, code] of refusals) {
      expect(await annotate(key, args)).toMatchObject({
        isError: true,
        content: [{ text: expect.stringMatching(`^${code}: `) }],
      });
    }
    expect((await project.json<{ event_count: number }>(`/api/runs/${id}`)).event_count).toBe(1);
    expect((await other.fetch(`/api/runs/${id}`)).status).toBe(404);
  });

  test("has doors for other programs", async () => {
    const { project, id } = await aRun();
    const post = (path: string, body: unknown) =>
      project.fetch(`/api/runs/${id}/${path}`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(body),
      });
    const note = await post("notes", { text: "fine" });
    expect([note.status, await note.json()]).toEqual([201, { run_id: id, seq: 2 }]);
    const score = await post("scores", { name: "correct", value: true });
    expect([score.status, await score.json()]).toEqual([201, { run_id: id, seq: 3 }]);
    expect((await post("scores", { name: "correct" })).status).toBe(400);
  });
});
