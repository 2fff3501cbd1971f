import type { Tool } from "../tool.ts";
import { annotateRun } from "./annotate-run.ts";
import { getLlmCalls } from "./get-llm-calls.ts";
import { getRun } from "./get-run.ts";
import { getSpan } from "./get-span.ts";
import { listSessions } from "./list-sessions.ts";
import { REASONING_TOOLS } from "./reasoning.ts";
import { searchRuns } from "./search-runs.ts";
import { tailRun } from "./tail-run.ts";

/** Every tool, in the order in which clients show them. */
export const TOOLS = [
  // Read.
  searchRuns,
  getRun,
  getSpan,
  getLlmCalls,
  tailRun,
  listSessions,
  // Analyse.
  // Write.
  annotateRun,
  // Reason.
  ...REASONING_TOOLS,
] as unknown as readonly Tool[];
