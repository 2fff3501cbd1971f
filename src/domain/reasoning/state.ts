import type { Ctx } from "../../context.ts";
import { AppError } from "../../errors.ts";
import { readLog } from "../runs/read-log.ts";
import type { BiasData, FindingData, StepData, SynthesisData } from "./events.ts";
import { isSessionId, rootSpanId } from "./session-id.ts";

/** What a session's log says, as far as its next step needs it. */
export interface SessionState {
  id: string;
  /** The tool with which it began. */
  tool: string | null;
  question: string;
  /** Oldest first. A thought is cut to `KEPT_CHARS`. */
  steps: StepData[];
  synthesis: SynthesisData | null;
  biases: BiasData[];
  findings: FindingData[];
  /** When its first model call began, in nanoseconds: the start of the span that holds all of them. null = none yet. */
  rootStarted: string | null;
  /** Whether that span has its end: it gets one. */
  rootEnded: boolean;
  /** Model calls that ended, and those of them that failed. */
  calls: number;
  failedCalls: number;
  /** Whether its newest turn was brought to an end. */
  finished: boolean;
  lastTime: string | null;
}

/** Steps of a session. Its log is read whole for each step, so a longer one would cost more with every step. */
export const MAX_STEPS = 200;

/** Characters of a thought that later steps see; the log has all of it. */
const KEPT_CHARS = 20_000;

/** Biases and findings kept of a session: the newest. */
const KEPT_FINDINGS = 200;

/**
 * A reasoning session as its log tells it. Nothing of it is held in memory between calls, so that any isolate can go on.
 * @throws AppError `session_not_found`, also for another project's session
 */
export async function loadSession(ctx: Ctx, id: string): Promise<SessionState> {
  const state = newState(id);
  // An id of another form is no session of these tools, and its log may be long.
  if (isSessionId(id)) {
    for await (const events of readLog(ctx.env, ctx.projectId, id, 0)) {
      for (const { type, data, time } of events) {
        foldSession(state, type, data);
        state.lastTime = time;
      }
    }
  }
  if (state.tool !== null) return state;
  throw new AppError(
    "session_not_found",
    `There is no reasoning session ${id.slice(0, 64)} in this project. Leave session_id and continuation_id out to begin one.`,
  );
}

export function newState(id: string): SessionState {
  return {
    id,
    tool: null,
    question: "",
    steps: [],
    synthesis: null,
    biases: [],
    findings: [],
    rootStarted: null,
    rootEnded: false,
    calls: 0,
    failedCalls: 0,
    finished: false,
    lastTime: null,
  };
}

/** Adds one event of the session's log to what is known of it. */
export function foldSession(state: SessionState, type: string, data: unknown): void {
  const fields = data as { [field: string]: unknown };
  switch (type) {
    case "RUN_STARTED": {
      if (fields.kind !== "reasoning") break;
      const { metadata, input } = fields as {
        metadata?: { tool?: string };
        input?: { messages?: { content?: unknown }[] };
      };
      state.tool ??= metadata?.tool ?? "";
      const asked = input?.messages?.[0]?.content;
      if (typeof asked === "string") state.question ||= asked;
      break;
    }
    case "RUN_FINISHED":
      state.finished = true;
      break;
    case "SPAN_STARTED":
      if (fields.span_id === rootSpanId(state.id)) state.rootStarted = String(fields.start_time_unix_nano);
      break;
    case "SPAN":
      if (fields.span_id === rootSpanId(state.id)) {
        state.rootEnded = true;
        break;
      }
      state.calls++;
      if ((fields.status as { code?: string } | undefined)?.code === "error") state.failedCalls++;
      break;
    case "REASONING_STEP": {
      const step = data as StepData;
      state.finished = false;
      const prompt = step.prompt === undefined ? {} : { prompt: kept(step.prompt) };
      state.steps.push({ ...step, ...prompt, thought: kept(step.thought) });
      break;
    }
    case "SYNTHESIS_UPDATED":
      state.synthesis = { ...(data as SynthesisData), version: Number(fields.version ?? 0) };
      break;
    case "BIAS_DETECTED":
      push(state.biases, data as BiasData);
      break;
    case "MONITOR_FLAGGED":
      push(state.findings, data as FindingData);
      break;
  }
}

function kept(text: string): string {
  return text.length <= KEPT_CHARS ? text : text.slice(0, KEPT_CHARS).toWellFormed();
}

function push<T>(list: T[], item: T): void {
  list.push(item);
  if (list.length > KEPT_FINDINGS) list.shift();
}
