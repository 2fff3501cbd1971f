import { expect, test } from "vitest";
import { previewOf } from "../../src/domain/artifacts/media.ts";
import { checkData } from "../../src/domain/runs/event-types.ts";
import { newRound } from "./round.ts";
import { briefing } from "./scenarios/briefing.ts";
import { encodeEvents, fasterWritten, type WrittenRun } from "./written.ts";

const STARTED_AT = 1_767_225_600_000;
const eventsOf = (run: WrittenRun) => run.timeline.flatMap(({ events }) => encodeEvents(events, STARTED_AT).events);

test("every event is one that the server takes", () => {
  for (const run of briefing(newRound(0))) {
    for (const { type, data } of eventsOf(run)) {
      expect(checkData(type, data, { threadId: run.id, runId: run.id })).toEqual({ data: expect.anything() });
    }
    expect(Math.max(...run.timeline.map(({ events }) => events.length))).toBeLessThan(500);
    expect(eventsOf(run).at(-1)?.type).toBe("RUN_FINISHED");
  }
});

test("every span is seen beginning, and ends later with what only its end can know", () => {
  for (const run of briefing(newRound(0))) {
    const events = eventsOf(run);
    const [begun, ended] = ["SPAN_STARTED", "SPAN"]
      .map((wanted) =>
        events.flatMap(({ type, data }, at) => (type === wanted ? [[(data as { span_id: string }).span_id, at]] : [])),
      )
      .map((entries) => new Map(entries as [string, number][])) as [Map<string, number>, Map<string, number>];
    expect([...begun.keys()].sort()).toEqual([...ended.keys()].sort());
    for (const [id, at] of begun) expect(at).toBeLessThan(ended.get(id) ?? -1);
    for (const { type, data } of events) {
      if (type !== "SPAN_STARTED") continue;
      expect(JSON.stringify(data)).not.toMatch(/gen_ai\.(output|usage|response)|call\.result|end_time/);
    }
  }
});

test("two runs are begun by the first, while it goes on", () => {
  const [parent, ...children] = briefing(newRound(0));
  const end = (run: WrittenRun | undefined) => (run?.startMs ?? 0) + (run?.timeline.at(-1)?.atMs ?? 0);
  expect(children.map(({ begin }) => begin.parent_run_id)).toEqual([parent?.id, parent?.id]);
  for (const child of children) expect(end(child)).toBeLessThan(end(parent));
});

test("the first leaves files behind before it ends, each of a type that the dashboard shows", () => {
  const [lead] = briefing(newRound(0)) as [WrittenRun];
  expect(lead.files.map(({ name, content_type }) => [name, previewOf(content_type)])).toEqual([
    ["morning.svg", "drawing"],
    ["briefing.md", "text"],
    ["briefing.html", "page"],
  ]);
  const end = lead.timeline.at(-1)?.atMs ?? 0;
  for (const { atMs, body } of lead.files) expect([atMs < end, body.length > 100]).toEqual([true, true]);
});

test("speed scales every time", () => {
  const [run] = briefing(newRound(0)) as [WrittenRun];
  const quick = fasterWritten(run, 10);
  expect(quick.timeline.map(({ atMs }) => atMs * 10)).toEqual(run.timeline.map(({ atMs }) => atMs));
  expect(quick.files.map(({ atMs }) => atMs * 10)).toEqual(run.files.map(({ atMs }) => atMs));
  const spans = (of: WrittenRun) => of.timeline.flatMap(({ events }) => events.flatMap(({ span }) => span ?? []));
  spans(quick).forEach(({ startMs, endMs }, i) => {
    expect(startMs * 10).toBeCloseTo(spans(run)[i]?.startMs ?? Number.NaN);
    if (endMs !== undefined) expect(endMs * 10).toBeCloseTo(spans(run)[i]?.endMs ?? Number.NaN);
  });
});
