import type { ApiKey, Connection, Scope } from "./access-api.ts";

/** What a key may do by each scope. */
export const SCOPE_WORDS: Record<Scope, string> = {
  ingest: "Send runs: traces, events, files",
  read: "Read everything that was recorded",
  write: "Write notes and scores, set prices, export and delete runs, think with the server's models",
  admin: "All of it, and settings, keys and connected apps",
};

/** What is asked before something is taken back. */
export interface TakeBack {
  title: string;
  name: string;
  /** What stops working, and what does not. */
  stops: string[];
  stays: string[];
  warning: string;
  button: string;
}

/** Names of things, as many as a sentence bears. */
function named(names: string[]): string {
  const shown = names.slice(0, 5).join(", ");
  return names.length > 5 ? `${shown} and ${names.length - 5} more` : shown;
}

/**
 * @param apps those that are known of
 * @param keys the same
 */
export function revokeWords(key: ApiKey, apps: readonly Connection[], keys: readonly ApiKey[]): TakeBack {
  const its = apps.filter(({ key_id }) => key_id === key.id).map(appName);
  const made = keys.filter(({ created_by }) => created_by === key.id).map(({ name }) => name);
  return {
    title: "Revoke this key?",
    name: key.name,
    stops: [
      "Programs that send it: they are refused, and what they would have recorded is lost.",
      "Dashboards that were signed in with it, or by a link made with it.",
      its.length > 0 ? `Apps that were let in there: ${named(its)}.` : "Apps that were let in there.",
    ],
    stays: made.length > 0 ? [`Keys that were made with it: ${named(made)}.`] : [],
    warning: key.current
      ? "You are signed in with this key. You will be signed out, and need another to come back."
      : "",
    button: "Revoke",
  };
}

export function disconnectWords(app: Connection): TakeBack {
  return {
    title: "Disconnect this app?",
    name: appName(app),
    stops: [
      app.scopes.includes("write")
        ? "It can no longer read the project, write notes and scores, or record runs."
        : "It can no longer read the project.",
      "To come back, it has to be let in again.",
    ],
    stays: ["What it has written, and what it has read."],
    warning: "",
    button: "Disconnect",
  };
}

/** What to call an app. */
export function appName({ client_name }: Pick<Connection, "client_name">): string {
  return client_name ?? "An app whose name is forgotten";
}

/** The host that vouches for an app's name; null if nobody does. */
export function publisher({ client_id }: Pick<Connection, "client_id">): string | null {
  return client_id.startsWith("https://") && URL.canParse(client_id) ? new URL(client_id).hostname : null;
}
