import type { Span } from "../../events/span.ts";
import type { Convention } from "./convention.ts";
import { firstLine, label, text } from "./values.ts";

/** What any span may have, whatever else it speaks: session, user, release, and why it failed. First in the table. */
export const common: Convention = {
  name: "common",
  detect: () => true,
  read(draft, span) {
    const { attributes } = span;
    draft.session_id ??= label(attributes["session.id"]);
    draft.user_id ??= label(attributes["user.id"]) ?? label(attributes["enduser.id"]);
    // Most say these in the resource, which is read elsewhere; OpenLIT says them on its spans too.
    draft.environment ??=
      label(attributes["deployment.environment.name"]) ?? label(attributes["deployment.environment"]);
    // One span is enough to say which release a run is of.
    if (span.parent_span_id === null) draft.version ??= label(attributes["service.version"]);
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
