import type { Tool } from "../tool.ts";
import { searchRuns } from "./search-runs.ts";

/** Every tool, in the order in which clients show them. */
export const TOOLS = [searchRuns] as unknown as readonly Tool[];
