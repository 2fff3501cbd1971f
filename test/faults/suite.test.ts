import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { check, type Verdict } from "./check.ts";
import { Faults, type Sabotage } from "./faults.ts";
import { makeInput } from "./input.ts";
import { play, readAll } from "./play.ts";
import { newProject } from "./project.ts";
import { each, readEvents } from "./read.ts";
import { stage } from "./stage.ts";

/**
 * The suite itself: what is broken on purpose has to be found, on the whole way from a client to a reader. A suite that
 * passes here and finds nothing elsewhere has looked.
 */
const SIZE = { clients: 2, runsOfEach: 2, requestsOfEach: 6, eventsOfRequest: 5 };

async function played(sabotage: Sabotage = null) {
  const here = stage();
  here.faults = new Faults(1);
  here.faults.sabotage = sabotage;
  const project = await newProject();
  const { acknowledged } = await play(project, makeInput(1, { ...SIZE, now: Date.now() }), 1, {});
  here.faults.sabotage = null;
  return { project, acknowledged };
}

/** Breaks a project's rows by hand, and what the checker says then. */
async function afterBreaking(sql: string): Promise<Verdict> {
  const { project, acknowledged } = await played();
  const sent = acknowledged.runs;
  const run = sent.toSorted((a, b) => b.writers.flat().length - a.writers.flat().length)[0]?.run as string;
  await env.DB.prepare(sql).bind(project.id, run).run();
  return check(sent, await each(sent, (one) => readEvents(project, one.run)));
}

describe("the suite", () => {
  test("finds what a database loses that says it has committed", async () => {
    const { project, acknowledged } = await played("lying database");
    const { events, listed } = await readAll(project, acknowledged);
    expect(events.lost).toHaveLength(60);
    expect(listed.size).toBe(0);
  });

  test("finds what a log doubles that knows no batch and no span again", async () => {
    const { project, acknowledged } = await played("forgetful log");
    const { events } = await readAll(project, acknowledged);
    expect(events.doubled.length).toBeGreaterThanOrEqual(60);
  });

  test("finds a segment that is gone: lost, and a gap", async () => {
    const verdict = await afterBreaking("DELETE FROM segments WHERE project_id = ? AND run_id = ? AND first_seq = 1");
    expect(verdict.lost.length).toBeGreaterThan(0);
    expect(verdict.gaps).toHaveLength(verdict.lost.length);
    expect(verdict.doubled).toEqual([]);
  });

  test("finds a segment that is there twice", async () => {
    const verdict = await afterBreaking(
      `INSERT INTO segments SELECT project_id, run_id, first_seq + 1000, last_seq + 1000, batch_id, pack, byte_offset,
         byte_length, slice_from, slice_to, skip, links, NULL, calls FROM segments WHERE project_id = ? AND run_id = ? AND first_seq = 1`,
    );
    expect(verdict.doubled.length).toBeGreaterThan(0);
    expect(verdict.lost).toEqual([]);
  });

  test("finds a gap where nothing is lost", async () => {
    const verdict = await afterBreaking(
      "UPDATE segments SET first_seq = first_seq + 1000, last_seq = last_seq + 1000 WHERE project_id = ? AND run_id = ? AND first_seq = 1",
    );
    expect(verdict.gaps.length).toBeGreaterThan(0);
    expect(verdict.lost).toEqual([]);
    expect(verdict.doubled).toEqual([]);
  });
});
