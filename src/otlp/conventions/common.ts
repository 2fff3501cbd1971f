import type { Span } from "../../events/span.ts";
import type { Convention } from "./convention.ts";
import { text } from "./values.ts";

/** Longest reason that is kept of an error; the whole text stays in the span. */
const MAX_ERROR = 500;

/** What any span may have, whatever else it speaks: session, user, and why it failed. First in the table. */
export const common: Convention = {
  name: "common",
  detect: () => true,
  read(draft, span) {
    const { attributes } = span;
    draft.session_id ??= text(attributes["session.id"]);
    draft.user_id ??= text(attributes["user.id"]) ?? text(attributes["enduser.id"]);
    if (span.status.code === "error") draft.error ??= errorText(span);
  },
};

/** The reason of a failed span in one line: its status message, else its last exception, else its error type. */
function errorText(span: Span): string | undefined {
  if (span.status.message !== undefined) return oneLine(span.status.message);
  for (let i = span.events.length - 1; i >= 0; i--) {
    const event = span.events[i];
    if (event === undefined || event.name !== "exception") continue;
    const message = text(event.attributes["exception.message"]) ?? text(event.attributes["exception.type"]);
    if (message !== undefined) return oneLine(message);
  }
  return text(span.attributes["error.type"]);
}

export function oneLine(message: string): string {
  const line = message.trim().split(/[\r\n]/, 1)[0] as string;
  return line.length <= MAX_ERROR ? line : `${line.slice(0, MAX_ERROR - 1).toWellFormed()}…`;
}
