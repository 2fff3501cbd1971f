import { api, type LlmCall, paths, type Run, type RunEvent, type SpanRow } from "#lib/api.ts";
import { type LiveState, liveSocket } from "#lib/live-socket.ts";
import { Annotations } from "./annotations.svelte.ts";
import { Artifacts } from "./artifacts.svelte.ts";
import type { Range } from "./axis.ts";
import { Children } from "./children.svelte.ts";
import { spanFromEvent } from "./span-from-event.ts";
import { SpokenLog } from "./spoken.svelte.ts";
import { isError, type Node, Trace } from "./trace.ts";
import { findMatches, nextNode, reveal, type Show, visibleRows } from "./visible-rows.ts";

/** The run's own numbers follow its spans, but not more often than this. */
const RUN_REFRESH_MS = 1500;
/** Building the tree anew costs more the larger it is; beyond this size spans wait a little for each other. */
const LARGE = 3000;
const LARGE_BATCH_MS = 250;
/** How often the running spans grow. A reader who wants no motion gets the seconds only, and a large trace is drawn less. */
const TICK_MS = 250;
const CALM_TICK_MS = 1000;
/** Spans may come in late, after the root has ended. */
const LATE_MS = 10 * 60_000;

/** Everything that the run page shows and what may be done with it. */
export class RunView {
  run = $state.raw<Run | null>(null);
  error = $state.raw<unknown>(null);
  spansError = $state.raw<unknown>(null);
  /** Whether the spans are here; a run may have none. */
  ready = $state(false);
  live = $state<LiveState | "off">("off");
  calls = $state.raw<LlmCall[] | null>(null);

  /** The tree is changed in place: `version` says that it was. */
  readonly trace = new Trace();
  version = $state(0);
  /** Says that time has passed for the spans that run. */
  moment = $state(0);
  lastSeq = $state(0);

  collapsed = $state.raw<ReadonlySet<number>>(new Set());
  show = $state<Show>("all");
  text = $state("");
  /** null = the whole trace. */
  zoom = $state.raw<Range | null>(null);
  /** The row that the keyboard stands on. */
  cursor = $state.raw<Node | null>(null);

  readonly annotations: Annotations;
  readonly artifacts: Artifacts;
  readonly children: Children;
  readonly spoken: SpokenLog;

  readonly matches = $derived.by(() => {
    this.version;
    return findMatches(this.trace, { show: this.show, text: this.text.trim().toLowerCase() });
  });
  readonly rows = $derived.by(() => {
    this.version;
    return visibleRows(this.trace, this.collapsed, this.matches);
  });
  /** What findings say of spans, by their ids. */
  get flags(): ReadonlyMap<string, string> {
    return this.annotations.flags;
  }
  /** How many spans are here. The tree itself does not tell when it has changed: pages read these. */
  readonly size = $derived.by(() => {
    this.version;
    return this.trace.nodes.length;
  });
  /** Whether spans have begun and not ended, in a run that goes on. */
  readonly running = $derived.by(() => {
    this.version;
    return this.run?.status === "running" && this.trace.open.size > 0;
  });
  readonly whole = $derived.by<Range>(() => {
    this.version;
    this.moment;
    return { from: this.trace.from, to: this.trace.to };
  });
  readonly range = $derived<Range>(this.zoom ?? this.whole);
  readonly errors = $derived.by(() => {
    this.version;
    return this.trace.nodes.filter(isError);
  });

  readonly #id: string;
  readonly #abort = new AbortController();
  readonly #listeners = new Set<(events: RunEvent[]) => void>();
  #socket: { close: () => void } | null = null;
  #queue: SpanRow[] = [];
  #flushing = false;
  #refreshing = false;
  #closed = false;

  constructor(id: string) {
    this.#id = id;
    this.annotations = new Annotations(id, this.#abort.signal);
    this.artifacts = new Artifacts(id, this.#abort.signal);
    this.children = new Children(id);
    this.spoken = new SpokenLog(id, this.#abort.signal);
  }

  async load(): Promise<void> {
    this.error = this.spansError = null;
    const { signal } = this.#abort;
    const spans = api.spans(this.#id, signal);
    // Waited for below; a failure before that must not count as nobody's.
    spans.catch(() => {});
    const known = api.run(this.#id, signal);
    try {
      this.run = await known;
    } catch (error) {
      if (!signal.aborted) this.error = error;
      return;
    }
    this.children.load(this.run.status === "running");
    // Once the log is known to some seq: what is not in these lists has its event behind it, which comes live.
    spans
      .catch(() => {})
      .then(() => {
        this.artifacts.load();
        this.annotations.load();
      });
    try {
      const { data, last_seq } = await spans;
      this.#pass();
      this.#take(data, last_seq);
      this.ready = true;
    } catch (error) {
      if (!signal.aborted) this.spansError = error;
      return;
    }
    this.#watch();
    this.#loadCalls();
  }

  /** Lives no more by what comes in, while what it shows is being deleted. */
  pause(): void {
    this.#socket?.close();
    this.children.close();
    this.live = "off";
  }

  resume(): void {
    this.#watch();
  }

  close(): void {
    this.#closed = true;
    this.#abort.abort();
    this.children.close();
    this.#socket?.close();
  }

  /** Lets time pass for the spans that run; returns how to stop. Call it while `running`. */
  tick(): () => void {
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches || this.trace.nodes.length > LARGE;
    const timer = setInterval(
      () => {
        if (document.visibilityState === "visible") this.#pass();
      },
      calm ? CALM_TICK_MS : TICK_MS,
    );
    this.#pass();
    return () => {
      clearInterval(timer);
      this.#pass();
    };
  }

  /** Hands on events as they come in; returns how to stop. */
  listen(listener: (events: RunEvent[]) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  node(spanId: string | null): Node | null {
    this.version;
    return spanId === null ? null : (this.trace.byId.get(spanId) ?? null);
  }

  callOf(spanId: string): LlmCall | null {
    return this.calls?.find((call) => call.span_id === spanId) ?? null;
  }

  /** Moves the cursor over the rows that are shown. */
  move(step: number): Node | null {
    const at = this.cursor ? this.rows.indexOf(this.cursor) : -1;
    const next =
      this.rows[
        Math.min(this.rows.length - 1, Math.max(0, at === -1 ? (step > 0 ? 0 : this.rows.length - 1) : at + step))
      ];
    return this.#stand(next);
  }

  first = () => this.#stand(this.rows[0]);
  last = () => this.#stand(this.rows.at(-1));

  /** Stands on a span, wherever it is hidden. */
  goTo(node: Node | null): Node | null {
    if (!node) return null;
    this.collapsed = reveal(this.collapsed, node);
    if (this.matches && !this.rows.includes(node)) {
      this.show = "all";
      this.text = "";
    }
    return this.#stand(node);
  }

  nextError(back = false): Node | null {
    return this.goTo(nextNode(this.trace, this.cursor, isError, back));
  }

  nextMatch(back = false): Node | null {
    const { matches } = this;
    return matches && this.#stand(nextNode(this.trace, this.cursor, (node) => matches.has(node), back) ?? undefined);
  }

  toggle(node: Node): void {
    const next = new Set(this.collapsed);
    if (!next.delete(node.key)) next.add(node.key);
    this.collapsed = next;
  }

  /** → opens, or goes to the first child; ← closes, or goes to the parent. As in every tree. */
  expand(): Node | null {
    const node = this.cursor;
    if (!node || node.children.length === 0) return null;
    if (this.collapsed.has(node.key)) this.toggle(node);
    else return this.move(1);
    return node;
  }

  collapse(): Node | null {
    const node = this.cursor;
    if (!node) return null;
    if (node.children.length > 0 && !this.collapsed.has(node.key)) this.toggle(node);
    else return this.#stand(node.parent ?? node);
    return node;
  }

  expandAll(): void {
    this.collapsed = new Set();
  }

  /** Closes all but the roots, which would leave nothing to see. */
  collapseAll(): void {
    this.collapsed = new Set(
      this.trace.nodes.filter((node) => node.depth > 0 && node.children.length > 0).map((node) => node.key),
    );
    while (this.cursor && !this.rows.includes(this.cursor)) this.cursor = this.cursor.parent;
  }

  /** Zooms to the span that the cursor stands on, or back. */
  toggleZoom(): void {
    const node = this.cursor;
    if (this.zoom || !node) {
      this.zoom = null;
      return;
    }
    const { from, to } = this.trace;
    const margin = Math.max((node.end - node.start) * 0.05, (to - from) / 1e6);
    this.zoom = { from: Math.max(from, node.start - margin), to: Math.min(to, node.end + margin) };
  }

  #pass(): void {
    this.trace.pass(this.run?.status === "running" ? Date.now() : null);
    this.moment++;
  }

  #stand(node: Node | undefined): Node | null {
    if (node) this.cursor = node;
    return node ?? null;
  }

  #take(rows: SpanRow[], lastSeq: number): void {
    if (lastSeq > this.lastSeq) this.lastSeq = lastSeq;
    if (this.trace.add(rows) > 0) this.version++;
  }

  #watch(): void {
    const run = this.run;
    if (!run || this.#closed) return;
    if (run.status !== "running" && Date.now() - Date.parse(run.ended_at ?? run.started_at) > LATE_MS) return;
    let seen = this.lastSeq;
    this.#socket = liveSocket({
      path: () => paths.subscribe(this.#id, seen),
      read: () => seen,
      onState: (state) => {
        this.live = state;
      },
      onMessage: (message) => {
        const { type, events } = message as { type: string; events?: RunEvent[] };
        if (type !== "events" || !events || events.length === 0) return;
        seen = Math.max(seen, events.at(-1)?.seq ?? 0);
        for (const listener of this.#listeners) listener(events);
        this.spoken.take(events);
        this.artifacts.take(events);
        this.annotations.take(events);
        for (const event of events) {
          const row = spanFromEvent(event);
          if (row) this.#queue.push(row);
        }
        this.#flushSoon(seen);
        this.#refreshSoon();
      },
      onReturn: () => this.#refreshSoon(),
    });
  }

  /** One drawing for all that came in since the last, and none while the page is not looked at. */
  #flushSoon(seen: number): void {
    if (this.#flushing) return;
    this.#flushing = true;
    const flush = () => {
      this.#flushing = false;
      this.#take(this.#queue.splice(0), seen);
    };
    if (this.trace.nodes.length < LARGE) requestAnimationFrame(flush);
    else setTimeout(() => requestAnimationFrame(flush), LARGE_BATCH_MS);
  }

  #refreshSoon(): void {
    if (this.#refreshing) return;
    this.#refreshing = true;
    setTimeout(async () => {
      this.#refreshing = false;
      const run = await api.run(this.#id, this.#abort.signal).catch(() => null);
      if (run) {
        this.run = run;
        this.#pass();
      }
      this.#loadCalls();
    }, RUN_REFRESH_MS);
  }

  async #loadCalls(): Promise<void> {
    if (!this.run || this.run.llm_call_count === 0) return;
    const page = await api.llmCalls(this.#id, this.#abort.signal).catch(() => null);
    if (page) this.calls = page.data;
  }
}
