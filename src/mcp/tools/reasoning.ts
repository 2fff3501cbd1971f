import { sequentialThinking } from "./sequential-thinking.ts";

/** The tools that think, by the names of Lux. */
export const REASONING_TOOLS = [sequentialThinking];
