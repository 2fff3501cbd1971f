import type { Model } from "./steps.ts";

const openAi = {
  provider: "openai",
  host: "api.openai.com",
  stop: "stop",
  stopForTool: "tool_calls",
  tellsCache: true,
};
const anthropic = {
  provider: "anthropic",
  host: "api.anthropic.com",
  stop: "end_turn",
  stopForTool: "tool_use",
  tellsCache: true,
};
const gemini = {
  provider: "gcp.gemini",
  host: "generativelanguage.googleapis.com",
  stop: "STOP",
  stopForTool: "STOP",
  tellsCache: true,
};

export const GPT: Model = { ...openAi, name: "gpt-5", response: "gpt-5-2025-08-07" };
export const GPT_MINI: Model = { ...openAi, name: "gpt-5-mini", response: "gpt-5-mini-2025-08-07" };
export const EMBEDDING: Model = { ...openAi, name: "text-embedding-3-small", response: "text-embedding-3-small" };
export const SONNET: Model = { ...anthropic, name: "claude-sonnet-4-5", response: "claude-sonnet-4-5-20250929" };
export const HAIKU: Model = { ...anthropic, name: "claude-haiku-4-5", response: "claude-haiku-4-5-20251001" };
export const GEMINI_PRO: Model = { ...gemini, name: "gemini-2.5-pro", response: "gemini-2.5-pro" };
export const GEMINI_FLASH: Model = { ...gemini, name: "gemini-2.5-flash", response: "gemini-2.5-flash" };
export const RERANKER: Model = {
  provider: "cohere",
  host: "api.cohere.com",
  name: "rerank-v3.5",
  response: "rerank-v3.5",
  stop: "",
  stopForTool: "",
  tellsCache: false,
};
/** Runs on one's own machine. */
export const LOCAL: Model = {
  provider: "ollama",
  host: "localhost",
  name: "qwen3:8b",
  response: "qwen3:8b",
  stop: "stop",
  stopForTool: "stop",
  tellsCache: false,
};
