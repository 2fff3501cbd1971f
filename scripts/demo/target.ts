import { findKey } from "../local/key.ts";
import { HOST, parsePort } from "../local/port.ts";
import { at } from "../root.ts";
import { Stop } from "../say.ts";
import type { Target } from "./send.ts";

/** Where to send, and with which key: the environment's, else those of the server that `npm start` runs here. */
export function findTarget(env: NodeJS.ProcessEnv, devVars = at(".dev.vars")): Target {
  const url = env.RUNLIGHT_URL || `http://${HOST}:${parsePort(env.PORT)}`;
  if (!/^https?:$/.test(URL.parse(url)?.protocol ?? ""))
    throw new Stop(`RUNLIGHT_URL is "${url}", which is no address. Give one like http://127.0.0.1:8787`);
  const key = findKey(devVars, env);
  if (key === undefined)
    throw new Stop('There is no API key yet. Start the server once with "npm start", or set RUNLIGHT_API_KEY.');
  return { origin: url.replace(/\/+$/, ""), key };
}
