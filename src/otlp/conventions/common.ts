import type { Span } from "../../events/span.ts";
import type { Convention } from "./convention.ts";
import { firstLine, label, text } from "./values.ts";

/** What any span may have, whatever else it speaks: session, user, and why it failed. First in the table. */
export const common: Convention = {
  name: "common",
  detect: () => true,
  read(draft, span) {
    const { attributes } = span;
    draft.session_id ??= label(attributes["session.id"]);
    draft.user_id ??= label(attributes["user.id"]) ?? label(attributes["enduser.id"]);
    if (span.status.code === "error") draft.error ??= errorText(span);
  },
};

/** The reason of a failed span in one line: its status message, else its last exception, else its error type. */
function errorText(span: Span): string | undefined {
  if (span.status.message !== undefined) return firstLine(span.status.message);
  for (let i = span.events.length - 1; i >= 0; i--) {
    const event = span.events[i];
    if (event === undefined || event.name !== "exception") continue;
    const message = text(event.attributes["exception.message"]) ?? text(event.attributes["exception.type"]);
    if (message !== undefined) return firstLine(message);
  }
  return label(span.attributes["error.type"]);
}
