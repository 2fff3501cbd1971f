import { biasedReasoning } from "./biased-reasoning.ts";
import { confer } from "./confer.ts";
import { hybridBiasedReasoning } from "./hybrid-biased-reasoning.ts";
import { illuminationStatus } from "./illumination-status.ts";
import { planner } from "./planner.ts";
import { sequentialThinking } from "./sequential-thinking.ts";
import { sequentialThinkingExternal } from "./sequential-thinking-external.ts";
import { setupConfig } from "./setup-config.ts";
import { tracedReasoning } from "./traced-reasoning.ts";

/** The tools that think, by the names of Lux. */
export const REASONING_TOOLS = [
  confer,
  tracedReasoning,
  biasedReasoning,
  hybridBiasedReasoning,
  planner,
  sequentialThinking,
  sequentialThinkingExternal,
  illuminationStatus,
  setupConfig,
];
