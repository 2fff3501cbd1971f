import { html } from "hono/html";
import type { OAuthScope } from "../domain/oauth/scopes.ts";

type Html = ReturnType<typeof html>;

export interface Consent {
  /** What the client says it is called. */
  name: string;
  /** The host of the document that describes it; null if it only registered itself, so that anybody may have this name. */
  publisher: string | null;
  /** Where the code goes. */
  redirectHost: string;
  /** To a program on the same computer. */
  redirectIsLocal: boolean;
  project: string;
  /** What can be ticked, and what is. */
  scopes: { name: OAuthScope; ticked: boolean }[];
  /** Proves that the answer comes from this page. */
  proof: string;
}

const MEANING: Record<OAuthScope, string> = {
  read: "Read everything that was recorded: runs with their inputs and outputs, sessions, costs, errors.",
  write:
    "Write notes and scores about runs, record runs of its own, and think with the models that this server has keys for.",
};

/** The page that asks whether a client may come in. Everything in it that others wrote is escaped by `html`. */
export function consentPage(consent: Consent, nonce: string): Html {
  const { name, publisher, redirectHost, redirectIsLocal, project, scopes, proof } = consent;
  return page(
    nonce,
    "Connect an app",
    html`<h1>Let <b>${name}</b> into ${project}?</h1>
      <dl>
        <dt>App</dt>
        <dd>${publisher ? html`${name}, described by <b>${publisher}</b>` : html`${name} <i>(its own words: nobody has checked the name)</i>`}</dd>
        <dt>Sends you to</dt>
        <dd><b>${redirectHost}</b></dd>
        <dt>Project</dt>
        <dd>${project}</dd>
      </dl>
      ${redirectIsLocal ? html`<p class="warning">This lets a program on your own computer in. Go on only if you have just connected it yourself.</p>` : ""}
      <form method="post">
        <input type="hidden" name="proof" value="${proof}" />
        <fieldset>
          <legend>It may</legend>
          ${scopes.map(({ name, ticked }) => html`<label><input type="checkbox" name="scope" value="${name}" ${ticked ? "checked" : ""} /><span><b>${name}</b> ${MEANING[name]}</span></label>`)}
        </fieldset>
        <p class="buttons">
          <button name="decision" value="allow" class="primary">Let it in</button>
          <button name="decision" value="deny">Refuse</button>
        </p>
      </form>`,
  );
}

/** A page for what went wrong where no client can be told. */
export function problemPage(message: string, nonce: string): Html {
  return page(
    nonce,
    "Not connected",
    html`<h1>Not connected</h1><p>${message}</p><p><a href="/">To the dashboard</a></p>`,
  );
}

function page(nonce: string, title: string, body: Html): Html {
  return html`<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="color-scheme" content="light dark" />
    <title>${title} · Runlight</title>
    <link rel="icon" href="/favicon.svg" />
    <style nonce="${nonce}">
      :root { color-scheme: light dark; --bg: light-dark(#f7f6f4, #101318); --text: light-dark(#1c1f26, #e8eaed); --muted: light-dark(#575b63, #a4a9b2); --line: light-dark(#cfccc6, #434a55); --warn: light-dark(#fff3d6, #3a2c10); }
      body { margin: 0; background: var(--bg); color: var(--text); font: 15px/1.5 system-ui, sans-serif; }
      main { width: min(460px, 100% - 40px); margin: 8vh auto; overflow-wrap: anywhere; }
      h1 { font-size: 20px; line-height: 1.35; margin: 0 0 16px; font-weight: 500; }
      dl { display: grid; grid-template-columns: max-content 1fr; gap: 6px 16px; margin: 0 0 16px; }
      dt, i, .mark { color: var(--muted); }
      dd { margin: 0; }
      fieldset { border: 1px solid var(--line); border-radius: 8px; padding: 4px 14px 12px; margin: 0; }
      label { display: flex; gap: 10px; align-items: baseline; padding-top: 8px; cursor: pointer; }
      .warning { background: var(--warn); border-radius: 8px; padding: 10px 14px; margin: 0 0 16px; }
      .buttons { display: flex; gap: 10px; }
      button { font: inherit; padding: 7px 16px; border-radius: 8px; border: 1px solid var(--line); background: transparent; color: inherit; cursor: pointer; }
      .primary { background: var(--text); color: var(--bg); border-color: var(--text); }
      :focus-visible { outline: 2px solid currentColor; outline-offset: 2px; }
      a { color: inherit; }
    </style>
  </head>
  <body><main><p class="mark">Runlight</p>${body}</main></body>
</html>`;
}
