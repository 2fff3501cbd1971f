import type { Tool } from "../tool.ts";
import { analyzeCost } from "./analyze-cost.ts";
import { analyzeLatency } from "./analyze-latency.ts";
import { annotateRun } from "./annotate-run.ts";
import { compareRunsTool } from "./compare-runs.ts";
import { explainRunTool } from "./explain-run.ts";
import { findErrorsTool } from "./find-errors.ts";
import { getLlmCalls } from "./get-llm-calls.ts";
import { getRun } from "./get-run.ts";
import { getSpan } from "./get-span.ts";
import { listSessions } from "./list-sessions.ts";
import { REASONING_TOOLS } from "./reasoning.ts";
import { runSpans } from "./run-spans.ts";
import { searchRuns } from "./search-runs.ts";
import { showRun } from "./show-run.ts";
import { tailRun } from "./tail-run.ts";
import { writeEventsTool } from "./write-events.ts";

/** Every tool, in the order in which clients show them. */
export const TOOLS = [
  // Read.
  searchRuns,
  getRun,
  getSpan,
  getLlmCalls,
  tailRun,
  listSessions,
  showRun,
  runSpans,
  // Analyse.
  explainRunTool,
  compareRunsTool,
  findErrorsTool,
  analyzeCost,
  analyzeLatency,
  // Write.
  annotateRun,
  writeEventsTool,
  // Reason.
  ...REASONING_TOOLS,
] as unknown as readonly Tool[];
