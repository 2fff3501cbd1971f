import type { Tool } from "../tool.ts";
import { analyzeCost } from "./analyze-cost.ts";
import { analyzeLatency } from "./analyze-latency.ts";
import { annotateRun } from "./annotate-run.ts";
import { searchRuns } from "./search-runs.ts";
import { writeEventsTool } from "./write-events.ts";

/** Every tool, in the order in which clients show them. */
export const TOOLS = [
  searchRuns,
  analyzeCost,
  analyzeLatency,
  annotateRun,
  writeEventsTool,
] as unknown as readonly Tool[];
