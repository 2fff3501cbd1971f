import {
  ALIASES,
  type Alias,
  configuredProviders,
  DEFAULT_MODELS,
  type ModelConfig,
  PROVIDERS,
  type ProviderId,
} from "./config.ts";
import { resolveModel } from "./resolve.ts";

/** What is set and what is not. Says of a key whether it is there, and never what it is. */
export interface Setup {
  providers: ProviderSetup[];
  aliases: AliasSetup[];
  timeout_ms: number;
}

export interface ProviderSetup {
  provider: ProviderId;
  configured: boolean;
  /** Where its models are asked; null = by a binding, or not at all. */
  host: string | null;
  /** How it is set, or what is wrong with how it was. */
  how: string;
}

export interface AliasSetup {
  alias: Alias;
  /** `provider/model`; null = nothing that could be asked. */
  stands_for: string | null;
  /** The variable that says what it stands for. */
  variable: string;
  /** Whether it does; otherwise the first provider's own choice. */
  chosen: boolean;
  problem: string | null;
}

/** A secret is a line of `.dev.vars` locally, and a command where the Worker is deployed. */
const secret = (name: string) => `${name}=<key> as a line of .dev.vars (local), or: npx wrangler secret put ${name}`;

const HOW: { [provider in ProviderId]: string } = {
  openai: `${secret("OPENAI_API_KEY")}. Any server that speaks OpenAI's API: OPENAI_BASE_URL, with or without a key`,
  anthropic: secret("ANTHROPIC_API_KEY"),
  openrouter: secret("OPENROUTER_API_KEY"),
  "workers-ai":
    'no key: add [ai] with binding = "AI" to wrangler.toml and deploy (needs a Cloudflare account, also locally)',
};

export function setupOf(config: ModelConfig): Setup {
  return {
    providers: PROVIDERS.map((provider) => providerSetup(config, provider)),
    aliases: ALIASES.map((alias) => aliasSetup(config, alias)),
    timeout_ms: config.timeoutMs,
  };
}

function providerSetup(config: ModelConfig, provider: ProviderId): ProviderSetup {
  const how = HOW[provider];
  if (provider === "workers-ai") return { provider, configured: config[provider] !== null, host: null, how };
  const endpoint = config[provider];
  if (endpoint === null) return { provider, configured: false, host: null, how };
  // A base URL may hold a password: only its host is told.
  if (URL.canParse(endpoint.baseUrl)) return { provider, configured: true, host: new URL(endpoint.baseUrl).host, how };
  const variable = `${provider.toUpperCase()}_BASE_URL`;
  return { provider, configured: true, host: null, how: `${variable} is no URL; write it with https:// and its path` };
}

export function aliasVariable(alias: Alias): string {
  return `MODEL_${alias.toUpperCase()}`;
}

function aliasSetup(config: ModelConfig, alias: Alias): AliasSetup {
  const variable = aliasVariable(alias);
  const said = config.aliases[alias];
  const chosen = said !== null && !(ALIASES as readonly string[]).includes(said);
  try {
    const { provider, model } = resolveModel(config, alias);
    const problem = said !== null && !chosen ? `${variable} names an alias, which may not stand for another` : null;
    return { alias, stands_for: `${provider}/${model}`, variable, chosen, problem };
  } catch {
    const problem = chosen
      ? `${variable} names a model of a provider that is not configured`
      : "No provider is configured";
    return { alias, stands_for: null, variable, chosen, problem };
  }
}

/** Models that a caller wants the aliases to stand for. */
export type WantedModels = { [alias in Alias]?: string | undefined };

/** Cheaper ones of the first provider: each alias stands for the next smaller model. */
export function cheaperModels(config: ModelConfig): WantedModels {
  const [provider = "openai"] = configuredProviders(config);
  const { mini, normal } = DEFAULT_MODELS[provider];
  return { reasoning: `${provider}/${normal}`, normal: `${provider}/${mini}` };
}
