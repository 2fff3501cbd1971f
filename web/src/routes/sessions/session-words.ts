import type { Run, Session } from "#lib/api.ts";

/** A session goes on while a run of it does; it has failed if its runs did, and not if only some did. */
export function sessionStatus(
  session: Pick<Session, "run_count" | "running_run_count" | "failed_run_count">,
): Run["status"] {
  if (session.running_run_count > 0) return "running";
  return session.failed_run_count > 0 && session.failed_run_count === session.run_count ? "error" : "success";
}

/** What to call a session: by its last run, as its id is for machines. */
export function sessionTitle(session: Pick<Session, "id" | "name">): string {
  return session.name || "Unnamed session";
}
