import { api, type LlmCall } from "#lib/api.ts";
import { type LiveState, liveSocket } from "#lib/live-socket.ts";
import {
  type Finding,
  type ReasoningStep,
  type Rows,
  readRows,
  type Synthesis,
  subscribePath,
} from "./reasoning-api.ts";
import { addRows } from "./rows.ts";

/** What comes in together is drawn together. */
const BATCH_MS = 80;
/** The calls are read anew after news, but not more often than this. */
const RENEW_MS = 1200;
/** Runs of one session whose calls are read. */
const MOST_RUNS = 20;

type Frame =
  | { type: "hello"; run_id: string; last_seq: number }
  | { type: "new_step"; step: ReasoningStep }
  | { type: "synthesis"; synthesis: Synthesis }
  | { type: "bias" | "monitor"; finding: Finding };

/** What was thought in a session: read once, then followed live. */
export class ReasoningView {
  steps = $state.raw<ReasoningStep[]>([]);
  synthesis = $state.raw<Synthesis[]>([]);
  findings = $state.raw<Finding[]>([]);
  /** The model calls, by the id of their span. */
  calls = $state.raw<ReadonlyMap<string, LlmCall>>(new Map());
  loaded = $state(false);
  error = $state.raw<unknown>(null);
  live = $state<LiveState>("connecting");

  readonly #id: string;
  readonly #abort = new AbortController();
  #socket: { close: () => void } | null = null;
  /** The newest seq of the watched run up to which everything is here. */
  #seen = 0;
  #queue: Frame[] = [];
  #renewing: ReturnType<typeof setTimeout> | undefined;

  constructor(id: string) {
    this.#id = id;
  }

  /** @param follow whether what comes is shown as well */
  async load(follow = true): Promise<void> {
    this.error = null;
    const { signal } = this.#abort;
    const rows = <Of extends keyof Rows>(of: Of) => readRows(this.#id, of, signal);
    try {
      // Before the lists: what is written while they are read comes over the socket, from here on.
      const known = await api.run(this.#id, signal).catch(() => null);
      const [steps, synthesis, findings] = await Promise.all([rows("steps"), rows("synthesis"), rows("findings")]);
      this.#seen = known?.kind === "reasoning" ? known.last_seq : 0;
      Object.assign(this, { steps, synthesis, findings });
      await this.#renewCalls();
      this.loaded = true;
    } catch (error) {
      if (!signal.aborted) this.error = error;
      return;
    }
    if (follow) this.#watch();
  }

  close(): void {
    this.#abort.abort();
    this.#socket?.close();
    clearTimeout(this.#renewing);
  }

  /** Reads the calls anew, soon: one that failed leaves no step. */
  renewSoon(): void {
    if (!this.loaded) return;
    this.#renewing ??= setTimeout(async () => {
      this.#renewing = undefined;
      await this.#renewCalls().catch(() => {});
    }, RENEW_MS);
  }

  #watch(): void {
    if (this.#abort.signal.aborted || this.#socket) return;
    this.#socket = liveSocket({
      path: () => subscribePath(this.#id, this.#seen),
      read: () => this.#seen,
      onState: (state) => {
        this.live = state;
      },
      onMessage: (message) => {
        if (this.#queue.push(message as Frame) === 1) setTimeout(() => this.#take(this.#queue.splice(0)), BATCH_MS);
      },
    });
  }

  #take(frames: Frame[]): void {
    const steps: ReasoningStep[] = [];
    const synthesis: Synthesis[] = [];
    const findings: Finding[] = [];
    for (const frame of frames) {
      if (frame.type === "new_step") steps.push(frame.step);
      else if (frame.type === "synthesis") synthesis.push(frame.synthesis);
      else if (frame.type === "bias" || frame.type === "monitor") findings.push(frame.finding);
    }
    const news = [...steps, ...synthesis, ...findings];
    if (news.length === 0) return;
    this.#seen = Math.max(this.#seen, ...news.map(({ seq }) => seq));
    this.steps = addRows(this.steps, steps);
    this.synthesis = addRows(this.synthesis, synthesis);
    this.findings = addRows(this.findings, findings);
    this.renewSoon();
  }

  async #renewCalls(): Promise<void> {
    const rows = [...this.steps, ...this.synthesis, ...this.findings];
    const runs = [...new Set([...rows.map(({ run_id }) => run_id), this.#id])].slice(0, MOST_RUNS);
    const pages = await Promise.all(
      // The session may have an id that no run has.
      runs.map((id) => api.llmCalls(id, this.#abort.signal).catch(() => ({ data: [] }))),
    );
    this.calls = new Map(pages.flatMap(({ data }) => data).map((call) => [call.span_id, call]));
  }
}
