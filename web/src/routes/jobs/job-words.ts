import { bytes, count, counted } from "#lib/format.ts";
import type { JobAnswer } from "../../../../src/domain/jobs/schema.ts";

/**
 * What the results of all kinds hold, as far as it is said here: see the `…Result` types of src/domain. Any field may be
 * missing, as jobs are kept longer than a version of the server lives.
 */
interface Result {
  runs?: number;
  artifacts?: number;
  packs?: number;
  packs_rewritten?: number;
  minutes_pruned?: number;
  retention_days?: number | null;
  changed_runs?: number;
  corrected_runs?: number;
  recounted_runs?: number;
  unreadable_runs?: number;
  recovered_parts?: number;
  damaged_packs?: string[];
  format?: string;
  size?: number;
  events?: number;
  spans?: number;
  left_out?: number;
  projects?: { project: string; error: string | null }[];
  project_id?: string;
  from?: number;
  to?: number;
  rows?: number;
  changes?: number;
  deleted?: number;
}

/** What was asked for and what it came to, of one kind of job. */
interface Words {
  title: (params: Params) => string;
  result: (result: Result) => string[];
}

interface Params {
  run_id?: string;
  session_id?: string;
  user_id?: string;
  recount?: boolean;
  format?: string;
}

const KINDS: Record<string, Words> = {
  reprice: {
    title: () => "Reprice past calls",
    result: ({ runs = 0, changed_runs = 0 }) => [
      `${counted(runs, "run")} looked at`,
      `${count(changed_runs)} ${changed_runs === 1 ? "has another cost" : "have other costs"} now`,
    ],
  },
  export: {
    title: ({ format }) => (format ? `Export a run as ${nameOf(format)}` : "Export a run"),
    result: ({ format, events = 0, spans = 0, size = 0, left_out = 0 }) => [
      `${format === "otlp" ? counted(spans, "span") : counted(events, "event")} in ${bytes(size)}`,
      ...some(left_out, `${counted(left_out, "event")} left out`),
    ],
  },
  delete: {
    title: ({ run_id, session_id, user_id }) => {
      if (run_id) return "Delete a run";
      if (session_id) return "Delete a session";
      return user_id ? "Delete a user's runs" : "Delete runs";
    },
    result: deleted,
  },
  tidy: {
    title: () => "Tidy up by retention",
    result: (result) => [
      ...(result.retention_days ? [...deleted(result), `kept: ${counted(result.retention_days, "day")}`] : KEPT),
      ...some(result.minutes_pruned, `${counted(result.minutes_pruned ?? 0, "old sum")} by the minute deleted`),
    ],
  },
  rebuild: {
    title: ({ run_id, recount }) => {
      if (run_id) return "Rebuild a run";
      return recount ? "Rebuild the project and count anew" : "Rebuild the project";
    },
    result: rebuilt,
  },
  "rebuild-deployment": {
    title: ({ recount }) => (recount ? "Rebuild all projects and count anew" : "Rebuild all projects"),
    result: ({ projects = [] }) => {
      const failed = projects.filter(({ error }) => error !== null).map(({ project }) => project);
      return [
        `${counted(projects.length - failed.length, "project")} rebuilt`,
        ...some(failed.length, `${count(failed.length)} failed: ${failed.slice(0, 5).join(", ")}`),
      ];
    },
  },
  "move-project": {
    title: () => "Move a project to another database",
    result: ({ project_id = "", from, to, rows = 0, changes = 0, deleted = 0 }) => [
      `${project_id} moved from shard ${from} to ${to}`,
      `${counted(rows, "row")} and ${counted(changes, "later change")} copied`,
      `${counted(deleted, "old row")} deleted`,
    ],
  },
};

const KEPT = ["Nothing is too old: runs are kept for ever"];

/** What a job is for, in words. */
export function jobTitle({ kind, params }: Pick<JobAnswer, "kind"> & { params?: unknown }): string {
  return wordsOf(kind)?.title((params ?? {}) as Params) ?? kind;
}

/** What a job came to, in a line; null while it is not done, or if nobody knows the words. */
export function jobResult({ kind, result }: Pick<JobAnswer, "kind"> & { result?: unknown }): string | null {
  const words = wordsOf(kind);
  return words && result !== null && typeof result === "object"
    ? `${words.result(result as Result).join("; ")}.`
    : null;
}

function wordsOf(kind: string): Words | undefined {
  return Object.hasOwn(KINDS, kind) ? KINDS[kind] : undefined;
}

/** "3 of 12 done", "3 done" while nobody knows of how many. */
export function progress({ done, total, status }: Pick<JobAnswer, "done" | "total" | "status">): string {
  if (status === "pending") return "waits for its turn";
  return total === null ? `${count(done)} done` : `${count(done)} of ${count(total)} done`;
}

function deleted({ runs = 0, artifacts = 0, packs_rewritten = 0 }: Result): string[] {
  return [
    `${counted(runs, "run")} and ${counted(artifacts, "artifact")} deleted`,
    ...some(packs_rewritten, `${counted(packs_rewritten, "pack")} of events written anew without them`),
  ];
}

function rebuilt(result: Result): string[] {
  const { runs = 0, packs = 0, recovered_parts = 0, corrected_runs = 0, recounted_runs = 0 } = result;
  const { unreadable_runs = 0, damaged_packs = [] } = result;
  return [
    `${counted(runs, "run")} of ${counted(packs, "pack")} read`,
    corrected_runs === 0 ? "all of them were right" : `${count(corrected_runs)} corrected`,
    ...some(recounted_runs, `${count(recounted_runs)} counted anew`),
    ...some(recovered_parts, `${counted(recovered_parts, "lost part")} brought back`),
    ...some(unreadable_runs, `${counted(unreadable_runs, "run")} could not be read and stayed as they were`),
    ...some(damaged_packs.length, `${counted(damaged_packs.length, "damaged pack")}`),
  ];
}

function some(value: number | undefined, words: string): string[] {
  return value ? [words] : [];
}

function nameOf(format: string): string {
  return format === "otlp" ? "OTLP JSON" : format.toUpperCase();
}
