import { z } from "@hono/zod-openapi";
import { ALIASES, PROVIDERS, readModelConfig } from "../../models/config.ts";
import { withoutKeys } from "../../models/redact.ts";
import { aliasVariable, cheaperModels, type Setup, setupOf, type WantedModels } from "../../models/setup.ts";
import { defineTool } from "../tool.ts";

const model = z
  .string()
  .regex(/^[\w@./:+-]{1,200}$/, "must be a model's name")
  .optional();
const key = z.string().max(1_000).optional().describe("Never give it here: it is neither kept nor repeated");

/** Where the local server reads its variables and secrets. */
const FILE = ".dev.vars";

export const setupConfig = defineTool({
  name: "setup_config",
  title: "Set up the models",
  description:
    "Says which model providers and aliases this server has, what is missing, and the line or command that sets it. " +
    "It changes nothing and takes no keys: whoever runs the server sets them, outside of this chat.",
  scope: "read",
  input: z.object({
    openai_api_key: key,
    openrouter_api_key: key,
    use_advanced_models: z
      .boolean()
      .default(true)
      .describe("false = show how to have the aliases stand for cheaper models"),
    custom_models: z
      .object({ reasoning_model: model, normal_model: model, mini_model: model })
      .optional()
      .describe("Show how to have the aliases stand for these"),
  }),
  output: z.object({
    status: z.enum(["ready", "incomplete", "no_provider"]),
    current_config: z.object({
      providers: z.array(
        z.object({
          provider: z.enum(PROVIDERS),
          configured: z.boolean(),
          host: z.string().nullable(),
          how: z.string(),
        }),
      ),
      aliases: z.array(
        z.object({
          alias: z.enum(ALIASES),
          stands_for: z.string().nullable(),
          variable: z.string(),
          chosen: z.boolean().describe("false = the first provider's default"),
          problem: z.string().nullable(),
        }),
      ),
      timeout_ms: z.number(),
    }),
    env_file_path: z.string(),
    env_template: z.string().describe("Lines for the file; keys are for a person to fill in"),
    next_steps: z.array(z.string()),
    notes: z.array(z.string()),
  }),
  async run({ env }, args) {
    const config = readModelConfig(env);
    const setup = setupOf(config);
    const wanted = wantedModels(args, args.use_advanced_models ? {} : cheaperModels(config));
    const template = [...keyLines(setup), ...modelLines(wanted)].join("\n");
    return {
      status: statusOf(setup),
      current_config: setup,
      env_file_path: FILE,
      env_template: withoutKeys(config, template),
      next_steps: nextSteps(setup, Object.keys(wanted).length > 0),
      notes: notesOf(args),
    };
  },
});

interface Args {
  openai_api_key?: string | undefined;
  openrouter_api_key?: string | undefined;
  custom_models?:
    | { reasoning_model?: string | undefined; normal_model?: string | undefined; mini_model?: string | undefined }
    | undefined;
}

function wantedModels({ custom_models = {} }: Args, otherwise: WantedModels): WantedModels {
  const { reasoning_model, normal_model, mini_model } = custom_models;
  const all = { ...otherwise, ...defined({ reasoning: reasoning_model, normal: normal_model, mini: mini_model }) };
  return defined(all);
}

function defined<T extends object>(fields: T): T {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T;
}

function statusOf({ providers, aliases }: Setup) {
  if (!providers.some(({ configured }) => configured)) return "no_provider" as const;
  return aliases.some(({ problem }) => problem !== null) ? ("incomplete" as const) : ("ready" as const);
}

function keyLines({ providers }: Setup): string[] {
  return providers
    .filter(({ provider, configured }) => provider !== "workers-ai" && !configured)
    .map(({ provider }) => `# ${provider.toUpperCase()}_API_KEY=<key>`);
}

function modelLines(wanted: WantedModels): string[] {
  return ALIASES.flatMap((alias) => (wanted[alias] === undefined ? [] : [`${aliasVariable(alias)}=${wanted[alias]}`]));
}

function nextSteps(setup: Setup, models: boolean): string[] {
  const none = statusOf(setup) === "no_provider";
  const steps = none ? [] : setup.aliases.flatMap(({ problem }) => (problem === null ? [] : [`${problem}.`]));
  if (none) {
    steps.push(
      `One provider is enough. Locally: a person puts its key into ${FILE} (env_template has the lines) and starts the server again.`,
      "Deployed: a person runs npx wrangler secret put <NAME> where the project is checked out; it asks for the value.",
    );
  }
  if (models) {
    steps.push(
      `For the models: the MODEL_ lines of env_template in ${FILE}, or under [vars] in wrangler.toml, then deploy.`,
    );
  }
  return steps.length > 0 ? steps : ["Nothing is missing: the aliases mini, normal and reasoning can be used."];
}

function notesOf({ openai_api_key, openrouter_api_key }: Args): string[] {
  if (openai_api_key === undefined && openrouter_api_key === undefined) return [];
  return [
    "The key that was given here was not kept: a tool cannot write the server's secrets. It is in this chat's history now; replace it with its provider, and set the new one as next_steps says.",
  ];
}
