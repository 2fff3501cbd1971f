import { confer } from "./confer.ts";
import { planner } from "./planner.ts";
import { sequentialThinking } from "./sequential-thinking.ts";
import { sequentialThinkingExternal } from "./sequential-thinking-external.ts";
import { tracedReasoning } from "./traced-reasoning.ts";

/** The tools that think, by the names of Lux. */
export const REASONING_TOOLS = [confer, tracedReasoning, planner, sequentialThinking, sequentialThinkingExternal];
