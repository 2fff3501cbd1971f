/** Who serves a model. `openai` is also whatever speaks its API, by OPENAI_BASE_URL. */
export const PROVIDERS = ["openai", "anthropic", "openrouter", "workers-ai"] as const;
export type ProviderId = (typeof PROVIDERS)[number];

/** What callers may say instead of a model's name. */
export const ALIASES = ["mini", "normal", "reasoning"] as const;
export type Alias = (typeof ALIASES)[number];

/** Variables and secrets of the Worker that the models need; none is required. */
export interface ModelEnv {
  OPENAI_API_KEY?: string;
  OPENAI_BASE_URL?: string;
  ANTHROPIC_API_KEY?: string;
  ANTHROPIC_BASE_URL?: string;
  OPENROUTER_API_KEY?: string;
  OPENROUTER_BASE_URL?: string;
  /** Cloudflare's Workers AI, if the deployment binds it. */
  AI?: WorkersAi;
  MODEL_MINI?: string;
  MODEL_NORMAL?: string;
  MODEL_REASONING?: string;
  MODEL_TIMEOUT_MS?: string;
}

/** The one method of the Workers AI binding that is used. */
export interface WorkersAi {
  run(model: string, inputs: object, options?: { signal?: AbortSignal }): Promise<unknown>;
}

/** Where a provider is reached, and as whom. */
export interface Endpoint {
  baseUrl: string;
  key: string;
}

export interface ModelConfig {
  openai: Endpoint | null;
  anthropic: Endpoint | null;
  openrouter: Endpoint | null;
  "workers-ai": WorkersAi | null;
  /** A model by its alias, as the deployment says it; null = the provider's own choice below. */
  aliases: { [alias in Alias]: string | null };
  /** Milliseconds for one answer, from the first byte sent to the last received. */
  timeoutMs: number;
}

const BASE_URLS = {
  openai: "https://api.openai.com/v1",
  anthropic: "https://api.anthropic.com",
  openrouter: "https://openrouter.ai/api/v1",
};

/** What an alias stands for with each provider, as long as the deployment does not say. */
export const DEFAULT_MODELS: { [provider in ProviderId]: { [alias in Alias]: string } } = {
  openai: { mini: "gpt-5.4-mini", normal: "gpt-5.4", reasoning: "gpt-5.5" },
  anthropic: { mini: "claude-haiku-4-5", normal: "claude-sonnet-5", reasoning: "claude-opus-5" },
  openrouter: { mini: "openai/gpt-5.4-mini", normal: "openai/gpt-5.4", reasoning: "openai/gpt-5.5" },
  "workers-ai": {
    mini: "@cf/openai/gpt-oss-20b",
    normal: "@cf/openai/gpt-oss-120b",
    reasoning: "@cf/openai/gpt-oss-120b",
  },
};

/** Reasoning models take their time, and clients of MCP that are told of progress wait for them. */
const TIMEOUT_MS = 180_000;

/** Servers on one's own machine ask for no key, and the SDK for one that is not empty. */
const NO_KEY = "none";

/** Reads what is set. Values are trimmed: a line break at the end of a secret is a common accident, and no header can carry it. */
export function readModelConfig(bindings: object): ModelConfig {
  const env = bindings as ModelEnv;
  const openaiUrl = given(env.OPENAI_BASE_URL);
  const openaiKey = given(env.OPENAI_API_KEY) ?? (openaiUrl === null ? null : NO_KEY);
  const timeout = Number(given(env.MODEL_TIMEOUT_MS) ?? Number.NaN);
  return {
    openai: endpoint(openaiKey, openaiUrl ?? BASE_URLS.openai),
    anthropic: endpoint(given(env.ANTHROPIC_API_KEY), given(env.ANTHROPIC_BASE_URL) ?? BASE_URLS.anthropic),
    openrouter: endpoint(given(env.OPENROUTER_API_KEY), given(env.OPENROUTER_BASE_URL) ?? BASE_URLS.openrouter),
    "workers-ai": env.AI ?? null,
    aliases: {
      mini: given(env.MODEL_MINI),
      normal: given(env.MODEL_NORMAL),
      reasoning: given(env.MODEL_REASONING),
    },
    timeoutMs: timeout > 0 ? timeout : TIMEOUT_MS,
  };
}

function given(text: string | undefined): string | null {
  const value = text?.trim();
  return value === undefined || value === "" ? null : value;
}

function endpoint(key: string | null, baseUrl: string): Endpoint | null {
  return key === null ? null : { key, baseUrl: baseUrl.replace(/\/+$/, "") };
}

/** The providers that can be called, in the order in which an alias is looked for. */
export function configuredProviders(config: ModelConfig): ProviderId[] {
  return PROVIDERS.filter((provider) => config[provider] !== null);
}
