import { send } from "#lib/api.ts";
import type { Settings } from "../../../../src/domain/settings/schema.ts";

export type { Settings };

const PATH = "/api/settings";

export const settingsApi = {
  get: (signal: AbortSignal) => send<Settings>(PATH, { signal }),
  put: (settings: Settings) =>
    send<Settings>(PATH, {
      method: "PUT",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(settings),
    }),
};
