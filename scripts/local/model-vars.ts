/** What the models of the reasoning tools are set by: the Worker's names, which the environment of `npm start` may have too. */
const NAMES = [
  "OPENAI_API_KEY",
  "OPENAI_BASE_URL",
  "ANTHROPIC_API_KEY",
  "ANTHROPIC_BASE_URL",
  "OPENROUTER_API_KEY",
  "OPENROUTER_BASE_URL",
  "MODEL_MINI",
  "MODEL_NORMAL",
  "MODEL_REASONING",
  "MODEL_TIMEOUT_MS",
];

/** Those of them that the environment sets: like RUNLIGHT_API_KEY, they come before what .dev.vars says. */
export function modelVars(env: NodeJS.ProcessEnv = process.env): Record<string, string> {
  return Object.fromEntries(NAMES.flatMap((name) => (env[name] ? [[name, env[name]]] : [])));
}
