import { paths } from "#lib/api.ts";
import { bytes, count, counted, duration, tokens } from "#lib/format.ts";
import { runCost, sessionCost, usd } from "#lib/money.ts";
import { jobResult, jobTitle, progress } from "../jobs/job-words.ts";
import { sessionStatus, sessionTitle } from "../sessions/session-words.ts";
import { boardPaths, type Card, type Entity } from "./board-api.ts";

/** What each kind is called on the page, and where all of its rows are. */
export const KINDS: { [E in Entity]: { title: string; href: string | null; follows: string } } = {
  Run: { title: "Runs", href: "/", follows: "Run" },
  // Both come along with runs: the feed has no messages of their own.
  Session: { title: "Sessions", href: "/sessions", follows: "Run" },
  LlmCall: { title: "LLM calls", href: null, follows: "Run" },
  Artifact: { title: "Artifacts", href: null, follows: "Artifact" },
  Job: { title: "Jobs", href: boardPaths.jobs, follows: "Job" },
  DeadLetter: { title: "Dead letters", href: boardPaths.letters, follows: "DeadLetter" },
};
export const ENTITIES = Object.keys(KINDS) as Entity[];

export type Mark = "running" | "success" | "error" | "cancelled" | "pending" | "waiting" | "file";

/** A row of any kind, as a card shows it. */
export interface Line {
  id: string;
  href: string;
  mark: Mark;
  title: string;
  facts: string[];
  time: string;
}

export function linesOf(card: Card): Line[] {
  switch (card.entity) {
    case "Run":
      return card.newest.map((run) => ({
        id: run.id,
        href: paths.run(run.id),
        mark: run.status,
        title: run.name || "Unnamed run",
        facts: [counted(run.span_count, "span"), duration(run.duration_ms), costText(runCost(run))],
        time: run.started_at,
      }));
    case "Session":
      return card.newest.map((session) => ({
        id: session.id,
        href: paths.session(session.id),
        mark: sessionStatus(session),
        title: sessionTitle(session),
        facts: [session.id, counted(session.run_count, "run"), costText(sessionCost(session))],
        time: session.ended_at ?? session.started_at,
      }));
    case "LlmCall":
      return card.newest.map((call) => ({
        id: `${call.run_id} ${call.span_id}`,
        href: call.url,
        mark: call.status === "ok" ? "success" : "error",
        title: call.model ?? call.name,
        facts: [
          `${tokens(call.input_tokens)} in, ${tokens(call.output_tokens)} out`,
          duration(call.duration_ms),
          call.cost_usd === null ? "cost unknown" : usd(call.cost_usd),
        ],
        time: call.started_at,
      }));
    case "Artifact":
      return card.newest.map((file) => ({
        id: file.id,
        href: paths.artifact(file.run_id, file.id),
        mark: "file",
        title: file.name,
        facts: [file.entity_type ?? file.content_type, bytes(file.size), file.run_id],
        time: file.created_at,
      }));
    case "Job":
      return card.newest.map((job) => ({
        id: job.id,
        href: boardPaths.job(job.id),
        mark: job.status,
        title: jobTitle(job),
        facts: [jobResult(job) ?? progress(job), ...(job.error ? [job.error] : [])],
        time: job.created_at,
      }));
    case "DeadLetter":
      return card.newest.map((letter) => ({
        id: letter.id,
        href: boardPaths.letter(letter.id),
        mark: letter.replayed_at ? "success" : "waiting",
        title: letter.queue,
        facts: [letter.replayed_at ? "replayed" : "waiting", counted(letter.attempts, "attempt"), letter.id],
        time: letter.received_at,
      }));
  }
}

function costText({ kind, text }: ReturnType<typeof runCost>): string {
  return kind === "none" ? "no cost" : kind === "unknown" ? "cost unknown" : text;
}

/** A number that may be a lower bound: "1,000+". */
export function atLeast(value: number, isLowerBound: boolean): string {
  return count(value) + (isLowerBound ? "+" : "");
}

/** The kinds that an address asks for; all of them if it asks for none that is known. */
export function chosenIn(query: string | null): Entity[] {
  const names = query?.split(",") ?? [];
  return ENTITIES.filter((entity) => names.includes(entity));
}

/** The address after a press on a kind's chip. */
export function toggled(chosen: Entity[], entity: Entity): string {
  const next = ENTITIES.filter((each) => chosen.includes(each) !== (each === entity));
  return next.length === 0 || next.length === ENTITIES.length ? boardPaths.board : `/board?entities=${next.join(",")}`;
}

/** The kinds of messages that the cards of these kinds live by. */
export function followed(entities: readonly Entity[]): string[] {
  return [...new Set(entities.map((entity) => KINDS[entity].follows))];
}
