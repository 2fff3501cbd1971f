/** What a model is asked. */
export interface ModelRequest {
  system: string;
  messages: ModelMessage[];
  /** Left to the model if undefined: some refuse any. */
  temperature?: number | undefined;
}

export interface ModelMessage {
  role: "user" | "assistant";
  content: string;
}

/** Tokens of a call; null = not said. `input` includes cached ones. */
export interface ModelUsage {
  input: number | null;
  cached: number | null;
  cacheWrite: number | null;
  output: number | null;
  reasoning: number | null;
}

/** What came back. */
export interface ModelAnswer {
  text: string;
  /** As the provider names what answered. */
  model: string | null;
  /** The provider's id of the answer. */
  id: string | null;
  /** Why it ended, in the provider's word; null = the stream was cut before it said so. */
  finish: string | null;
  usage: ModelUsage;
}

export const NO_USAGE: ModelUsage = { input: null, cached: null, cacheWrite: null, output: null, reasoning: null };

/** Is told of each piece of text as it comes. */
export type OnText = (piece: string) => void;
