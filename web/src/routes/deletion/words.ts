import { paths, type Run, type Session } from "#lib/api.ts";
import { count, counted } from "#lib/format.ts";
import { anyId } from "#lib/session-path.ts";
import { sessionTitle } from "../sessions/session-words.ts";

/** What a page offers to delete. */
export type Deletable = { of: "run"; run: Run } | { of: "session"; session: Session };

/** The page that shows it, which lives by it. */
export interface Shown {
  pause(): void;
  resume(): void;
}

export interface DeletionWords {
  /** Whose deletion it is: another's is not this one's. */
  key: string;
  api: string;
  title: string;
  name: string;
  /** What goes, one a line. */
  goes: string[];
  /** What who deletes it must know besides; null: nothing. */
  warning: string | null;
  button: string;
  /** Where to go when it is gone. */
  list: { href: string; word: string };
}

/** What is said before something is deleted. */
export function deletionWords(what: Deletable): DeletionWords {
  switch (what.of) {
    case "run": {
      const { id, name, status, llm_call_count, span_count } = what.run;
      return {
        key: id,
        api: `/api/runs/${encodeURIComponent(id)}`,
        title: "Delete this run?",
        name: name || "Unnamed run",
        goes: [`its events, with ${counted(span_count, "span")}`, counted(llm_call_count, "LLM call"), ...EVERYWHERE],
        warning: status === "running" ? "The run goes on. What comes after this is taken for a new run." : null,
        button: "Delete the run",
        list: { href: "/", word: "Runs" },
      };
    }
    case "session": {
      const { session } = what;
      const { id, run_count, running_run_count, llm_call_count } = session;
      return {
        key: id,
        api: `/api/sessions/${anyId(id)}`,
        title: "Delete this session?",
        name: sessionTitle(session),
        goes: [`${counted(run_count, "run")}, with all events`, counted(llm_call_count, "LLM call"), ...EVERYWHERE],
        warning:
          running_run_count > 0
            ? `${count(running_run_count)} of its runs ${running_run_count === 1 ? "goes" : "go"} on. What comes after this is taken for new runs.`
            : null,
        button: `Delete ${counted(run_count, "run")}`,
        list: { href: paths.sessions(), word: "Sessions" },
      };
    }
  }
}

const EVERYWHERE = ["all artifacts", "what analytics and the search have of it"];
