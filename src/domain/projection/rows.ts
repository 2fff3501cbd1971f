import type { CallFact, Ranked } from "../../events/delta.ts";
import { nanoFromMs } from "../../events/nano.ts";
import type { Metadata } from "../../events/span.ts";
import { aboutOf, type CallSums, type RunState, sumCalls } from "./merge.ts";

/** The columns of `runs`, in the order in which rows are written. */
export const RUN_COLUMNS = [
  "id",
  "kind",
  "name",
  "service",
  "environment",
  "version",
  "head_rank",
  "session_id",
  "session_rank",
  "user_id",
  "user_rank",
  "input_preview",
  "input_rank",
  "output_preview",
  "output_rank",
  "parent_run_id",
  "tags",
  "metadata",
  "metadata_rank",
  "outcome",
  "started_ns",
  "ended_ns",
  "event_count",
  "span_count",
  "error_count",
  "tool_call_count",
  "llm_call_count",
  "input_tokens",
  "cached_input_tokens",
  "output_tokens",
  "reasoning_tokens",
  "cost_nano_usd",
  "price_version",
  "models",
  "providers",
  "last_seq",
  "seen_at",
  "details",
  "rollups",
] as const;

export type RunRow = Record<(typeof RUN_COLUMNS)[number], string | number | null>;

/** What `runs.details` holds. Rows of an earlier version have none of it. */
export interface RunDetails
  extends Pick<CallSums, "cache_write_tokens" | "known_cost_nano_usd" | "unpriced" | "client_cost_nano_usd"> {
  agents: string[];
  tools: string[];
  prompts: string[];
  logged_cost_nano_usd: number | null;
  /** Events that only say something about the run; only if there are any. */
  about_count?: number;
  /** Only of a run without any time of its own, which is listed by when it came in: milliseconds since the epoch. */
  arrived_at?: number;
}

/** The details of a run's row, whatever version wrote it. */
export function detailsOf(row: Pick<RunRow, "details">): RunDetails {
  return { ...NO_DETAILS, ...(JSON.parse(String(row.details)) as Partial<RunDetails>) };
}

const NO_DETAILS: RunDetails = {
  agents: [],
  tools: [],
  prompts: [],
  cache_write_tokens: null,
  known_cost_nano_usd: null,
  unpriced: {},
  client_cost_nano_usd: null,
  logged_cost_nano_usd: null,
};

/** The row of a run in D1, and the span ids of its calls that count. */
export function rowOf(id: string, state: RunState): { run: RunRow; counted: ReadonlySet<string> } {
  const sums = sumCalls(state.calls, state.links);
  const head = state.head?.value;
  const details: RunDetails = {
    agents: state.agents,
    tools: state.tools,
    prompts: state.prompts,
    cache_write_tokens: sums.cache_write_tokens,
    known_cost_nano_usd: sums.known_cost_nano_usd,
    unpriced: sums.unpriced,
    client_cost_nano_usd: sums.client_cost_nano_usd,
    logged_cost_nano_usd: state.logged_cost_nano_usd,
    ...aboutOf(state.about_count ?? 0),
    ...(state.started === null ? { arrived_at: state.first_seen_at } : {}),
  };
  const run: RunRow = {
    id,
    kind: state.kind,
    name: head?.name ?? "",
    service: head?.service ?? null,
    environment: head?.environment ?? null,
    version: head?.version ?? null,
    head_rank: state.head?.rank ?? null,
    session_id: state.session?.value ?? null,
    session_rank: state.session?.rank ?? null,
    user_id: state.user?.value ?? null,
    user_rank: state.user?.rank ?? null,
    input_preview: state.input_preview?.value ?? null,
    input_rank: state.input_preview?.rank ?? null,
    output_preview: state.output_preview?.value ?? null,
    output_rank: state.output_preview?.rank ?? null,
    parent_run_id: state.parent_run_id,
    tags: JSON.stringify(state.tags),
    metadata: JSON.stringify(state.metadata?.value ?? {}),
    metadata_rank: state.metadata?.rank ?? null,
    outcome: state.outcome,
    started_ns: state.started ?? nanoFromMs(state.first_seen_at),
    ended_ns: state.ended,
    event_count: state.event_count,
    span_count: state.span_count,
    error_count: state.error_count,
    tool_call_count: state.tool_call_count,
    llm_call_count: sums.llm_call_count,
    input_tokens: sums.input_tokens,
    cached_input_tokens: sums.cached_input_tokens,
    output_tokens: sums.output_tokens,
    reasoning_tokens: sums.reasoning_tokens,
    cost_nano_usd: sums.cost_nano_usd,
    price_version: sums.price_version,
    models: JSON.stringify(sums.models),
    providers: JSON.stringify(sums.providers),
    last_seq: state.last_seq,
    seen_at: state.seen_at,
    details: JSON.stringify(details),
    // Who writes the row knows which rollups count it.
    rollups: 0,
  };
  return { run, counted: sums.counted };
}

/**
 * The state that a row stands for, with the calls and links of the run's parts: the reverse of `rowOf`, so that a part can be
 * merged into what D1 has.
 */
export function stateFrom(run: RunRow, calls: CallFact[], links: string[]): RunState {
  const { agents, tools, prompts, logged_cost_nano_usd, about_count, arrived_at } = detailsOf(run);
  return {
    kind: run.kind as RunState["kind"],
    event_count: Number(run.event_count),
    ...aboutOf(about_count ?? 0),
    span_count: Number(run.span_count),
    error_count: Number(run.error_count),
    tool_call_count: Number(run.tool_call_count),
    started: arrived_at === undefined ? textOr(run.started_ns) : null,
    ended: textOr(run.ended_ns),
    outcome: Number(run.outcome) as RunState["outcome"],
    head:
      run.head_rank === null
        ? null
        : {
            rank: String(run.head_rank),
            value: {
              name: String(run.name),
              service: textOr(run.service),
              environment: textOr(run.environment),
              version: textOr(run.version),
            },
          },
    session: ranked(run.session_rank, run.session_id),
    user: ranked(run.user_rank, run.user_id),
    input_preview: ranked(run.input_rank, run.input_preview),
    output_preview: ranked(run.output_rank, run.output_preview),
    tags: JSON.parse(String(run.tags)) as string[],
    agents,
    tools,
    prompts,
    metadata:
      run.metadata_rank === null
        ? null
        : { rank: String(run.metadata_rank), value: JSON.parse(String(run.metadata)) as Metadata },
    parent_run_id: textOr(run.parent_run_id),
    logged_cost_nano_usd,
    calls,
    links,
    last_seq: Number(run.last_seq),
    first_seen_at: arrived_at ?? Number(run.seen_at),
    seen_at: Number(run.seen_at),
  };
}

function ranked(rank: string | number | null, value: string | number | null): Ranked<string> | null {
  return rank === null || value === null ? null : { rank: String(rank), value: String(value) };
}

function textOr(value: string | number | null): string | null {
  return value === null ? null : String(value);
}
