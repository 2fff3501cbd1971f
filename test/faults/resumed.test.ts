import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import type { RunLog } from "../../durable-objects/run-log/object.ts";
import type { BellMessage, LogAddress } from "../../durable-objects/run-log/protocol.ts";
import { logAddress, runLog } from "../../durable-objects/stubs.ts";
import { check, NOTHING_BROKEN } from "./check.ts";
import { deliver, end, letTimePass, settle } from "./drive.ts";
import { Faults } from "./faults.ts";
import { newProject, type Project } from "./project.ts";
import { Random } from "./random.ts";
import { readEvents } from "./read.ts";
import { stage } from "./stage.ts";

const DAY_MS = 25 * 3_600_000;
const random = new Random(Date.now());

/** A run that rests for longer than its log object remembers it, and then goes on. */
class RestingRun {
  readonly id = random.hex(16);
  readonly sent: string[] = [];
  readonly project: Project;
  readonly address: LogAddress;

  constructor(project: Project) {
    this.project = project;
    this.address = logAddress(env, project.id, this.id);
  }

  get bell(): BellMessage {
    return { v: 1, ...this.address };
  }

  async send(count: number): Promise<void> {
    const spans = Array.from({ length: count }, () => ({
      traceId: this.id,
      spanId: random.hex(8),
      name: "step",
      startTimeUnixNano: String(BigInt(Date.now()) * 1_000_000n),
      endTimeUnixNano: String(BigInt(Date.now()) * 1_000_000n),
    }));
    const response = await this.project.fetch("/v1/traces", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans }] }] }),
    });
    expect(response.status).toBe(200);
    this.sent.push(...spans.map((span) => span.spanId));
  }

  /** Past the window, as the object's own sweep sees it. */
  async rest(): Promise<void> {
    await settle([this.address]);
    await letTimePass([this.address], DAY_MS);
    const remembered = await runInDurableObject(
      runLog(env, this.address),
      (_: RunLog, state) => state.storage.sql.exec("SELECT run FROM parts").toArray().length,
    );
    expect(remembered).toBe(0);
    await end(this.address);
  }

  async expectWhole(): Promise<void> {
    const sent = [{ run: this.id, writers: [this.sent] }];
    const verdict = check(sent, [await readEvents(this.project, this.id)]);
    expect(verdict).toEqual({ acknowledged: this.sent.length, ...NOTHING_BROKEN });
    const response = await this.project.fetch(`/api/runs/${this.id}`);
    expect(await response.json()).toMatchObject({ span_count: this.sent.length, last_seq: this.sent.length });
  }
}

async function restedRun(before: number): Promise<RestingRun> {
  stage().faults = new Faults(0);
  stage().realQueue = false;
  const run = new RestingRun(await newProject());
  await run.send(before);
  await run.rest();
  return run;
}

describe("a run that goes on after its log object has forgotten it", () => {
  test("has no gap when more comes than there was", async () => {
    const run = await restedRun(2);
    await run.send(3);
    await run.send(4);
    await settle([run.address]);
    await run.expectWhole();
  });

  test("has no gap when two deliveries find the collision at the same time", async () => {
    const run = await restedRun(3);
    await run.send(1);
    await Promise.all([deliver([run.bell]), deliver([run.bell])]);
    await settle([run.address]);
    await run.expectWhole();
  });

  test("is not doubled by a delivery that began before the new numbers were given and ends after", async () => {
    const run = await restedRun(3);
    await run.send(1);
    const here = stage();
    const slow = Promise.withResolvers<void>();
    here.afterDrain = () => slow.promise;
    const late = deliver([run.bell]);
    await expect.poll(() => here.afterDrain).toBe(null);
    // The first of these finds the collision, the second writes the rows; its confirmation is lost.
    await deliver([run.bell]);
    here.faults.set({ "confirm never arrives": 1 });
    await deliver([run.bell]);
    here.faults.end();
    slow.resolve();
    await late;
    await settle([run.address]);
    await run.expectWhole();
  });
});
