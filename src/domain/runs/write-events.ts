import { createHash } from "node:crypto";
import { idempotencyKeys } from "../../../durable-objects/stubs.ts";
import { type Ctx, requireScope } from "../../context.ts";
import { AppError } from "../../errors.ts";
import type { RunKind } from "../../events/event.ts";
import { minNano, type Nano, parseRfc3339, rfc3339 } from "../../events/nano.ts";
import { appendEvents, type NewEvent } from "./append-events.ts";
import { lastSeqOrZero, readRun } from "./get.ts";

/** What an agent writes at once: how its run begins, what happened, how it ended. */
export interface WrittenEvents {
  /** A new run is made without one. */
  run_id?: string | undefined;
  /** The next five are for a run that begins. */
  kind?: RunKind | undefined;
  name?: string | undefined;
  session_id?: string | undefined;
  parent_run_id?: string | undefined;
  input?: string | undefined;
  events: readonly NewEvent[];
  finish?: { status: "success" | "error" | "cancelled"; result?: unknown } | undefined;
  idempotency_key?: string | undefined;
}

export interface Written {
  run_id: string;
  /** Whether the run began with it. */
  created: boolean;
  /** null if the log had all of them. */
  first_seq: number | null;
  last_seq: number | null;
  skipped: number;
  /** Path of the run's page. */
  url: string;
  warning?: string;
}

/** Either lets an agent record what it does: `ingest` is what its own key has, and OAuth knows only `write` for it. */
export const RECORDING_SCOPES = ["ingest", "write"] as const;

/**
 * Writes events into a run's log, all or none, and begins the run if it is new. The same idempotency_key with the same
 * arguments has one effect and one answer for a day.
 * @throws AppError `invalid_request` if there is nothing to write; `unprocessable`, `run_full` as appendEvents;
 *   `idempotency_mismatch`, `idempotency_in_progress`
 */
export async function writeEvents(ctx: Ctx, written: WrittenEvents): Promise<Written> {
  requireScope(ctx, RECORDING_SCOPES);
  const { idempotency_key: key } = written;
  if (key === undefined) return write(ctx, written, `run_${crypto.randomUUID().replaceAll("-", "")}`);
  const keys = idempotencyKeys(ctx.env, ctx.projectId);
  const name = `write_events ${key}`;
  // Whoever may write is told what it wrote itself: another caller's key is a mismatch.
  const use = await keys.begin(name, sha256(JSON.stringify(ctx.actor) + JSON.stringify(written)));
  switch (use.type) {
    case "mismatch":
      throw new AppError("idempotency_mismatch", "This idempotency_key was used for other events. Use a new one.");
    case "running":
      throw new AppError("idempotency_in_progress", "The first call with this idempotency_key is not done yet.", {
        retryAfter: 1,
      });
    case "done":
      return JSON.parse(use.answer.body) as Written;
  }
  try {
    // Named by the key, so that what is tried again after a crash finds the run that it began.
    const answer = await write(ctx, written, `run_${sha256(`${ctx.projectId} ${key}`).slice(0, 32)}`);
    await keys.finish(name, { status: 200, body: JSON.stringify(answer) });
    return answer;
  } catch (error) {
    await keys.abandon(name);
    throw error;
  }
}

async function write(ctx: Ctx, written: WrittenEvents, newId: string): Promise<Written> {
  const { run_id: runId = newId, events, kind, idempotency_key: key } = written;
  const created = (await lastSeqOrZero(ctx, runId)) === 0;
  const start = created ? [startOf(runId, written)] : [];
  const end = written.finish ? [endOf(written.finish)] : [];
  if (start.length + events.length + end.length === 0) {
    throw new AppError("invalid_request", 'There is nothing to write: give "events" or "finish".');
  }
  const { warning, ...appended } = await appendEvents(ctx, runId, [...start, ...events, ...end], {
    key: key === undefined ? undefined : `write_events ${key}`,
    ...(created ? { kind: kind ?? "agent" } : {}),
    ahead: start.length,
  });
  const { url } = await readRun(ctx, runId);
  return { run_id: runId, created, ...appended, url, ...(warning === undefined ? {} : { warning }) };
}

function startOf(
  runId: string,
  { kind = "agent", name, session_id, parent_run_id, input, events }: WrittenEvents,
): NewEvent {
  const data = {
    kind,
    name: name ?? "agent run",
    threadId: session_id ?? runId,
    runId,
    ...(session_id === undefined ? {} : { session_id }),
    ...(parent_run_id === undefined ? {} : { parentRunId: parent_run_id }),
    ...(input === undefined ? {} : { input: inputOf(runId, session_id ?? runId, input) }),
  };
  // What happened earlier and is only now written down did not begin now.
  let first: Nano | null = null;
  for (const { time } of events) first = minNano(first, time === undefined ? null : parseRfc3339(time));
  return { type: "RUN_STARTED", data, ...(first === null ? {} : { time: rfc3339(first) }) };
}

/** AG-UI's form of what a run was asked. */
function inputOf(runId: string, threadId: string, text: string) {
  const messages = [{ id: `${runId}-input`, role: "user", content: text }];
  return { threadId, runId, messages, state: {}, tools: [], context: [], forwardedProps: {} };
}

function endOf({ status, result: given }: NonNullable<WrittenEvents["finish"]>): NewEvent {
  // A model that has no result writes null.
  const result = given ?? undefined;
  const words = result === undefined ? undefined : typeof result === "string" ? result : JSON.stringify(result);
  switch (status) {
    case "success":
      return { type: "RUN_FINISHED", data: result === undefined ? {} : { result } };
    case "error":
      return { type: "RUN_ERROR", data: { message: words ?? "The run failed." } };
    case "cancelled":
      return { type: "RUN_CANCELLED", data: words === undefined ? {} : { reason: words.slice(0, 10_000) } };
  }
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
