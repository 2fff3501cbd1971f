import type { Card, Stats } from "../../src/domain/board/schema.ts";
import type { DeadLetter, OpenedLetter } from "../../src/domain/dead-letters/schema.ts";
import type { JobAnswer } from "../../src/domain/jobs/schema.ts";
import type { Settings } from "../../src/domain/settings/schema.ts";
import { type FakeRun, llmCalls } from "./fake-data.ts";
import { fakeSessions } from "./fake-sessions.ts";

/** Rows that a card shows. */
const SHOWN = 5;
const DAY_MS = 86_400_000;

/** What the pages besides runs are made of: jobs, dead letters, settings, and the board over all of it. */
export class FakeBoard {
  readonly #jobs: JobAnswer[];
  readonly #letters: OpenedLetter[];
  #settings: Settings = { stall_after_minutes: 2, retention_days: null, search: true, monitors: true };

  constructor(now: number) {
    this.#jobs = fakeJobs(now);
    this.#letters = fakeLetters(now);
  }

  /** @returns the answer of a GET; undefined if there is nothing at this address */
  read(what: string | undefined, id: string | undefined, runs: FakeRun[]): unknown {
    switch (what) {
      case "entities":
        return { data: this.#cards(runs) };
      case "stats":
        return this.#stats(runs);
      case "settings":
        return this.#settings;
      case "jobs":
        return id ? this.#jobs.find((job) => job.id === id) : { data: this.#jobs, next_cursor: null };
      case "dead-letters":
        return id ? this.#letters.find((letter) => letter.id === id) : { data: this.#letters, next_cursor: null };
    }
  }

  save(settings: Partial<Settings>): Settings {
    this.#settings = { ...this.#settings, ...settings };
    return this.#settings;
  }

  /** A job that is done as soon as it has begun. */
  begin(kind: string, params: object, result: object): JobAnswer {
    const job = jobOf(this.#jobs.length + 1, Date.now(), { kind, params, result });
    this.#jobs.unshift(job);
    return job;
  }

  replay(id: string): OpenedLetter | undefined {
    const letter = this.#letters.find((each) => each.id === id);
    if (letter) letter.replayed_at = new Date().toISOString();
    return letter;
  }

  #cards(runs: FakeRun[]): Card[] {
    const of = { count_is_lower_bound: false, per_minute: 2, per_minute_is_lower_bound: false };
    const sessions = fakeSessions(runs.map(({ run }) => run));
    const calls = runs.slice(0, SHOWN).flatMap(({ run, spans }) =>
      llmCalls(spans)
        .slice(-2)
        .map((call) => ({ ...call, run_id: run.id, url: `/runs/${run.id}?span=${call.span_id}` })),
    );
    const callCount = runs.reduce((sum, { run }) => sum + run.llm_call_count, 0);
    const jobs = this.#jobs;
    const letters: DeadLetter[] = this.#letters;
    return [
      {
        ...of,
        entity: "Run",
        description: "What an agent did from its start to its end",
        count: runs.length,
        newest_at: runs[0]?.run.started_at ?? null,
        newest: runs.slice(0, SHOWN).map(({ run }) => run),
      },
      {
        ...of,
        entity: "Session",
        description: "Runs that belong together",
        count: sessions.length,
        newest_at: sessions[0]?.ended_at ?? null,
        per_minute: null,
        newest: sessions.slice(0, SHOWN),
      },
      {
        ...of,
        entity: "LlmCall",
        description: "Calls of models",
        count: callCount,
        newest_at: calls[0]?.started_at ?? null,
        newest: calls.slice(0, SHOWN),
      },
      { ...of, entity: "Artifact", description: "Files of runs", count: 0, newest_at: null, per_minute: 0, newest: [] },
      {
        ...of,
        entity: "Job",
        description: "Work in the background",
        count: jobs.length,
        newest_at: jobs[0]?.created_at ?? null,
        per_minute: 0,
        newest: jobs.slice(0, SHOWN),
      },
      {
        ...of,
        entity: "DeadLetter",
        description: "Queue messages that failed too often",
        count: letters.length,
        newest_at: letters[0]?.received_at ?? null,
        per_minute: 0,
        newest: letters.slice(0, SHOWN),
      },
    ];
  }

  #stats(all: FakeRun[]): Stats {
    const since = new Date(Date.now() - DAY_MS).toISOString();
    const runs = all.map(({ run }) => run).filter(({ started_at }) => started_at >= since);
    const sum = (of: (run: FakeRun["run"]) => number | null) => runs.reduce((total, run) => total + (of(run) ?? 0), 0);
    const unpriced = runs.filter((run) => run.cost_usd === null && run.llm_call_count > 0).length;
    return {
      run_count: all.length,
      run_count_is_lower_bound: false,
      last_24_hours: {
        is_lower_bound: false,
        run_count: runs.length,
        running_run_count: runs.filter(({ status }) => status === "running").length,
        failed_run_count: runs.filter(({ status }) => status === "error").length,
        span_count: sum((run) => run.span_count),
        error_count: sum((run) => run.error_count),
        llm_call_count: sum((run) => run.llm_call_count),
        tool_call_count: sum((run) => run.tool_call_count),
        input_tokens: sum((run) => run.input_tokens),
        cached_input_tokens: sum((run) => run.cached_input_tokens),
        cache_write_tokens: null,
        output_tokens: sum((run) => run.output_tokens),
        reasoning_tokens: sum((run) => run.reasoning_tokens),
        cost_usd: unpriced > 0 ? null : sum((run) => run.cost_usd),
        known_cost_usd: sum((run) => run.known_cost_usd),
        unpriced_run_count: unpriced,
      },
      artifact_count: 0,
      artifact_count_is_lower_bound: false,
      jobs: {
        active: this.#jobs.filter(({ status }) => status === "running").length,
        failed: this.#jobs.filter(({ status }) => status === "error").length,
      },
      dead_letters: {
        waiting: this.#letters.filter((letter) => letter.replayed_at === null).length,
        waiting_is_lower_bound: false,
      },
      connected_clients: 1,
      projection: { waiting: 0, waiting_ms: 0 },
      dropped: { log_records: 12, data_points: 340 },
    };
  }
}

function jobOf(n: number, at: number, more: Partial<JobAnswer> & Pick<JobAnswer, "kind">): JobAnswer {
  return {
    id: `job_${n}`,
    job_key: more.kind,
    status: "success",
    params: {},
    done: 1,
    total: 1,
    result: null,
    error: null,
    attempts: 0,
    created_at: new Date(at).toISOString(),
    updated_at: new Date(at + 4200).toISOString(),
    url: `/api/jobs/job_${n}`,
    ...more,
  };
}

/** One of each kind and state, the newest first. */
function fakeJobs(now: number): JobAnswer[] {
  const deletion = { runs: 12, artifacts: 3, packs_rewritten: 4, packs_deleted: 4 };
  const kinds: (Partial<JobAnswer> & Pick<JobAnswer, "kind">)[] = [
    { kind: "rebuild", status: "running", done: 420, total: 1800, attempts: 1, error: "D1 did not answer in time." },
    { kind: "export", status: "pending", done: 0, total: null, params: { run_id: "r", format: "otlp" } },
    { kind: "delete", params: { session_id: "chat-7" }, done: 12, total: 12, result: deletion },
    { kind: "reprice", done: 900, total: 900, result: { runs: 900, changed_runs: 37 } },
    { kind: "export", status: "error", done: 0, total: 40, attempts: 5, error: "The log ends too early." },
    { kind: "tidy", done: 12, total: 12, result: { ...deletion, retention_days: 30, minutes_pruned: 96 } },
    {
      kind: "rebuild",
      params: { recount: true },
      done: 900,
      total: 900,
      result: { runs: 880, packs: 20, corrected_runs: 0, recounted_runs: 880 },
    },
  ];
  return kinds.map((more, n) => jobOf(kinds.length - n, now - (n + 1) * 1_700_000, more));
}

function fakeLetters(now: number): OpenedLetter[] {
  const letter = { queue: "runlight-projection", attempts: 8, replayed_at: null, unreplayable: null };
  const at = (ms: number) => new Date(now - ms).toISOString();
  return [
    { ...letter, id: "letter_3", received_at: at(600_000), message: { project: "default", object: "traces-2" } },
    {
      ...letter,
      id: "letter_2",
      received_at: at(7_200_000),
      message: "{",
      unreplayable: "It is no message of this queue.",
    },
    {
      ...letter,
      id: "letter_1",
      received_at: at(9_000_000),
      message: { project: "default", object: "traces-0" },
      replayed_at: at(8_000_000),
    },
  ];
}
