import { confer } from "./confer.ts";
import { sequentialThinking } from "./sequential-thinking.ts";

/** The tools that think, by the names of Lux. */
export const REASONING_TOOLS = [confer, sequentialThinking];
