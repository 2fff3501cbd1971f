import type { Tool } from "../tool.ts";
import { annotateRun } from "./annotate-run.ts";
import { searchRuns } from "./search-runs.ts";
import { sequentialThinking } from "./sequential-thinking.ts";

/** Every tool, in the order in which clients show them. */
export const TOOLS = [searchRuns, annotateRun, sequentialThinking] as unknown as readonly Tool[];
