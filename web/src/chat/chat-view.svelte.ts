import type { App } from "@modelcontextprotocol/ext-apps";
import type { SpanRow } from "#lib/api.ts";
import type { Range } from "../routes/runs/[id]/axis.ts";
import { type Node, Trace } from "../routes/runs/[id]/trace.ts";
import { visibleRows } from "../routes/runs/[id]/visible-rows.ts";

/** What `show_run` says of a run. */
export interface ShownRun {
  id: string;
  name: string;
  status: string;
  duration_ms: number | null;
  total_tokens: number | null;
  cost_usd: number | null;
  llm_call_count: number;
  error_count: number;
  url: string;
}

interface Answer {
  run: ShownRun;
  spans: SpanRow[];
  last_seq: number;
}

/** How long the server may wait for a span of a run that goes on. */
const WAIT_SECONDS = 20;
/** After a failure, how long until it is tried again. */
const RETRY_MS = 3_000;
/** How often the running spans grow. */
const TICK_MS = 250;

/** A run as the waterfall shows it, of what the host lets through from the server. */
export class ChatView {
  run = $state.raw<ShownRun | null>(null);
  problem = $state<string | null>(null);
  readonly trace = new Trace();
  version = $state(0);
  moment = $state(0);
  collapsed = $state.raw<ReadonlySet<number>>(new Set());
  zoom = $state.raw<Range | null>(null);
  cursor = $state.raw<Node | null>(null);
  readonly matches = null;
  readonly rows = $derived.by(() => {
    this.version;
    return visibleRows(this.trace, this.collapsed, null);
  });
  readonly size = $derived.by(() => {
    this.version;
    return this.trace.nodes.length;
  });
  readonly whole = $derived.by<Range>(() => {
    this.version;
    this.moment;
    return { from: this.trace.from, to: this.trace.to };
  });
  readonly range = $derived<Range>(this.zoom ?? this.whole);

  readonly #app: App;
  #id: string | null = null;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(app: App) {
    this.#app = app;
  }

  /** Shows a run and follows it as long as it goes on. Another run takes its place. */
  async show(id: string): Promise<void> {
    if (this.#id === id) return;
    this.#id = id;
    this.#timer ??= setInterval(() => this.#pass(), TICK_MS);
    let after = 0;
    while (this.#id === id) {
      try {
        const { run, spans, last_seq } = await this.#ask(id, after, after === 0 ? 0 : WAIT_SECONDS);
        if (this.#id !== id) return;
        this.run = run;
        this.problem = null;
        if (this.trace.add(spans) > 0) this.version++;
        this.#pass();
        const more = last_seq > after;
        after = Math.max(after, last_seq);
        if (run.status !== "running" && !more) break;
      } catch (error) {
        this.problem = error instanceof Error ? error.message : String(error);
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    }
    if (this.#id === id) this.close();
  }

  toggle(node: Node): void {
    const next = new Set(this.collapsed);
    if (!next.delete(node.key)) next.add(node.key);
    this.collapsed = next;
  }

  close(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#id = null;
  }

  #pass(): void {
    this.trace.pass(this.run?.status === "running" ? Date.now() : null);
    if (this.trace.open.size > 0) this.moment++;
  }

  async #ask(run_id: string, after: number, wait_seconds: number): Promise<Answer> {
    const answer = await this.#app.callServerTool({ name: "run_spans", arguments: { run_id, after, wait_seconds } });
    if (!answer.isError && answer.structuredContent) return answer.structuredContent as unknown as Answer;
    const [said] = answer.content;
    throw new Error(said?.type === "text" ? said.text : "The server did not answer.");
  }
}
