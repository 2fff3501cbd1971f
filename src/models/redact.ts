import type { ModelConfig } from "./config.ts";

/** What looks like a key of a provider: some quote the one they refused. */
const KEY_LIKE = /\b(?:sk|rk|pk|or|gsk|xai|AIza)[-_][\w*.-]{4,}/g;

/** Characters of a provider's own words that are passed on. */
const MOST = 300;

/** A text without what is a key of ours, or looks like one. */
export function withoutKeys(config: ModelConfig, text: string): string {
  let clean = text;
  for (const endpoint of [config.openai, config.anthropic, config.openrouter]) {
    if (endpoint !== null && endpoint.key.length > 4) clean = clean.replaceAll(endpoint.key, "[key]");
  }
  return clean.replace(KEY_LIKE, "[key]");
}

/** A provider's words as they may be passed on: without keys, and short. */
export function redacted(config: ModelConfig, text: string): string {
  return withoutKeys(config, text).replace(/\s+/g, " ").slice(0, MOST).toWellFormed();
}
