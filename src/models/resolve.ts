import { AppError } from "../errors.ts";
import {
  ALIASES,
  type Alias,
  configuredProviders,
  DEFAULT_MODELS,
  type ModelConfig,
  PROVIDERS,
  type ProviderId,
} from "./config.ts";

/** A model and who is asked for it. */
export interface ModelRef {
  provider: ProviderId;
  /** As the provider names it. */
  model: string;
}

/** How to set each provider's key: what a tool says that cannot call a model. */
export const HOW_TO_SET =
  "Set OPENAI_API_KEY, ANTHROPIC_API_KEY or OPENROUTER_API_KEY: locally as a line in .dev.vars or in the environment of npm start, " +
  "then start again; deployed with `npx wrangler secret put OPENAI_API_KEY`. The tool setup_config says more. sequential_thinking needs no model.";

const VENDORS: { [vendor: string]: ProviderId } = { openai: "openai", anthropic: "anthropic" };

/**
 * The model that a name stands for: an alias (`mini`, `normal`, `reasoning`), `provider/model`, a vendor's `vendor/model` by
 * OpenRouter, or a bare name.
 * @throws AppError `model_not_configured` with what to set
 */
export function resolveModel(config: ModelConfig, name: string): ModelRef {
  if ((ALIASES as readonly string[]).includes(name)) return resolveAlias(config, name as Alias);
  if (name.startsWith("@cf/")) return need(config, "workers-ai", name, name);
  const slash = name.indexOf("/");
  if (slash < 0) return resolveBare(config, name);
  const [vendor, rest] = [name.slice(0, slash), name.slice(slash + 1)];
  // The vendor itself, or OpenRouter, which has its models by this very name.
  const own = VENDORS[vendor];
  if (own !== undefined && config[own] !== null) return { provider: own, model: rest };
  if (own === undefined && (PROVIDERS as readonly string[]).includes(vendor)) {
    return need(config, vendor as ProviderId, rest, name);
  }
  if (config.openrouter !== null) return { provider: "openrouter", model: name };
  // Servers that speak OpenAI's API often name models like that.
  if (own === undefined && config.openai !== null) return { provider: "openai", model: name };
  return need(config, own ?? "openrouter", rest, name);
}

function resolveAlias(config: ModelConfig, alias: Alias): ModelRef {
  const chosen = config.aliases[alias];
  // One alias may not stand for another: they could go in a circle.
  if (chosen !== null && !(ALIASES as readonly string[]).includes(chosen)) return resolveModel(config, chosen);
  const [provider] = configuredProviders(config);
  if (provider === undefined) throw notConfigured("No model provider is configured.");
  return { provider, model: DEFAULT_MODELS[provider][alias] };
}

function resolveBare(config: ModelConfig, name: string): ModelRef {
  if (/^claude/i.test(name)) {
    if (config.anthropic === null && config.openrouter !== null) {
      return { provider: "openrouter", model: `anthropic/${name}` };
    }
    return need(config, "anthropic", name, name);
  }
  if (config.openai === null && config.openrouter !== null) return { provider: "openrouter", model: `openai/${name}` };
  return need(config, "openai", name, name);
}

function need(config: ModelConfig, provider: ProviderId, model: string, name: string): ModelRef {
  if (config[provider] !== null) return { provider, model };
  const have = configuredProviders(config);
  throw notConfigured(
    `The model ${name.slice(0, 100)} needs the provider ${provider}, which is not configured; ${
      have.length === 0 ? "none is" : `configured: ${have.join(", ")}`
    }.`,
  );
}

function notConfigured(what: string): AppError {
  return new AppError("model_not_configured", `${what} ${HOW_TO_SET}`);
}
