import { z } from "@hono/zod-openapi";
import type { Monitor } from "../../domain/monitors/finding.ts";
import { THRESHOLDS } from "../../domain/monitors/thresholds.ts";
import { LEVELS } from "../../domain/reasoning/events.ts";
import { brightnessOf, illumination } from "../../domain/reasoning/illumination.ts";
import type { SessionState } from "../../domain/reasoning/state.ts";
import { configuredProviders, readModelConfig } from "../../models/config.ts";
import { shortened } from "../brief.ts";
import { defineTool } from "../tool.ts";
import {
  findingOf,
  findingSchema,
  sessionArgs,
  sessionOf,
  sessionOutput,
  synthesisOf,
  synthesisOutput,
} from "./reasoning-parts.ts";

const { circular, drift, quality, pattern } = THRESHOLDS;

/** What each monitor looks for, with the numbers that it goes by. */
const WATCHES: { [monitor in Monitor]: string } = {
  circular: `${pattern} steps or more that say nearly the same (likeness from ${circular.cosine} on)`,
  drift: `${pattern} steps or more that have nothing to do with the question (likeness below ${drift.question}), nor with steps that had`,
  quality: `answers that get thin (below ${quality.shrunk} of the usual length), repeat themselves, refuse, are cut off or empty`,
};

/** Findings and biases that are listed: the newest. */
const LISTED = 10;
const QUESTION_CHARS = 300;

const count = z.number().int();

export const illuminationStatus = defineTool({
  name: "illumination_status",
  title: "How the reasoning stands",
  description:
    "How a reasoning session stands: its steps, its synthesis, what monitors and bias checks found, and whether models can be called. " +
    "Without session_id of the newest session. GET /api/sessions/:id/steps, or get_run, has the texts.",
  scope: "read",
  input: z.object(sessionArgs),
  output: z.object({
    illumination: z.literal("active"),
    brightness: z.number().nullable().describe("Share of the steps that nothing was found of"),
    shadows_detected: count.describe("Findings of monitors, and biases"),
    metacognitive_state: z.enum(["clear", "shadowed", "idle"]),
    message: z.string(),
    monitors: z.array(z.object({ monitor: z.string(), watches: z.string() })),
    model_providers: z.array(z.string()).describe("Those that are configured; setup_config says more"),
    session: z
      .object({
        ...sessionOutput,
        tool: z.string(),
        question: z.string(),
        steps: count,
        model_calls: count,
        failed_model_calls: count,
        turn_complete: z.boolean(),
        last_event_at: z.string().nullable(),
        synthesis: synthesisOutput,
        findings: z.array(findingSchema),
        biases: z.array(
          z.object({
            bias_type: z.string(),
            severity: z.enum(LEVELS).nullable(),
            step: count.nullable(),
            explanation: z.string().nullable(),
          }),
        ),
      })
      .nullable(),
    recent_sessions: z.array(
      z.object({
        session_id: z.string(),
        name: z.string(),
        started_at: z.string(),
        running: z.boolean(),
        url: z.string(),
      }),
    ),
  }),
  async run(ctx, args, { origin }) {
    const { state, recent } = await illumination(ctx, args);
    const shadows = state === null ? 0 : state.findings.length + state.biases.length;
    return {
      illumination: "active" as const,
      brightness: state && brightnessOf(state),
      shadows_detected: shadows,
      metacognitive_state: stateWord(state, shadows),
      message: message(state, shadows),
      monitors: Object.entries(WATCHES).map(([monitor, watches]) => ({ monitor, watches })),
      model_providers: configuredProviders(readModelConfig(ctx.env)),
      session: state && detailsOf(state, origin),
      recent_sessions: recent.map(({ id, name, started_at, running_run_count, url }) => ({
        session_id: id,
        name,
        started_at,
        running: running_run_count > 0,
        url: origin + url,
      })),
    };
  },
});

function detailsOf(state: SessionState, origin: string) {
  return {
    ...sessionOf(state, origin),
    tool: state.tool ?? "",
    question: shortened(state.question, QUESTION_CHARS),
    steps: state.steps.length,
    model_calls: state.calls,
    failed_model_calls: state.failedCalls,
    turn_complete: state.finished,
    last_event_at: state.lastTime,
    synthesis: synthesisOf(state.synthesis),
    findings: state.findings.slice(-LISTED).map(findingOf),
    biases: state.biases.slice(-LISTED).map(({ bias, level, step, explanation }) => ({
      bias_type: bias,
      severity: level ?? null,
      step: step ?? null,
      explanation: explanation ?? null,
    })),
  };
}

function stateWord(state: SessionState | null, shadows: number) {
  if (state === null) return "idle" as const;
  return shadows > 0 ? ("shadowed" as const) : ("clear" as const);
}

function message(state: SessionState | null, shadows: number): string {
  if (state === null) return "There is no reasoning session yet. sequential_thinking begins one without a model.";
  if (shadows === 0) return "Nothing was found of this session's steps.";
  const newest = state.findings.at(-1)?.reason;
  return `${shadows} found${newest === undefined ? "" : `; the newest of the monitors: ${newest}`} Revise a step, branch off, or ask for something else.`;
}
