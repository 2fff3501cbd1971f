import { DurableObject } from "cloudflare:workers";
import { readArchive } from "../../src/blobs/archive.ts";
import { dbFor } from "../../src/db/db.ts";
import { AppError } from "../../src/errors.ts";
import { msFromNano } from "../../src/events/nano.ts";
import { LIMITS } from "./limits.ts";
import type {
  AppendPart,
  AppendResult,
  BellMessage,
  Drain,
  HeldFacts,
  HeldMember,
  LogAddress,
  LogStatus,
  NumberedPart,
  ProjectionCount,
} from "./protocol.ts";
import { admit, judge, newRunState, nextAlarm, type RunState } from "./rules.ts";
import { LogStorage, type NewPart } from "./storage.ts";
import { Subscribers } from "./subscribers.ts";

/**
 * The single writer of one run's log, or of the logs of many traces. Gives each event its seq, keeps the log until it is
 * projected, and sends it to those who watch. What it acknowledged is on disk: the runtime holds the answer back until then.
 */
export class RunLog extends DurableObject<Env> {
  readonly #storage: LogStorage;
  readonly #subscribers: Subscribers;
  /** A cache of the window, oldest use first; storage has all of it. */
  readonly #runs = new Map<string, RunState>();
  #rememberedSpans = 0;
  #address: LogAddress | null;
  /** Rows up to here are projected. */
  #confirmed: number;
  #confirmedAt = 0;
  /** Confirmed rows that are still held, with the time of their confirmation. */
  #held: { upTo: number; at: number }[] = [];
  /** When the bell was rung that has not been answered yet. */
  #bellAt: number | null = null;
  #alarmAt: number | null = null;
  #sweptAt = 0;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#storage = new LogStorage(ctx.storage);
    this.#subscribers = new Subscribers(ctx, this.#storage, (...which) => readArchive(env, ...which));
    ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair("ping", "pong"));
    const address = this.#storage.getMeta("address");
    this.#address = address === null ? null : (JSON.parse(address) as LogAddress);
    this.#confirmed = Number(this.#storage.getMeta("confirmed") ?? 0);
    if (this.#confirmed > 0) this.#held.push({ upTo: this.#confirmed, at: Date.now() });
  }

  /**
   * Appends parts to the logs of their runs, all or none. `body` holds them as packMembers laid them. The same batch id, or the same span, a second time changes nothing.
   * @throws if storage fails; nothing is written then, and the same call may be made again
   */
  async append(address: LogAddress, parts: AppendPart[], body: Uint8Array): Promise<AppendResult[]> {
    await this.#askAboutOldRuns(address, parts);
    const now = Date.now();
    const { results, fresh } = this.#store(now, address, parts, body);
    if (fresh.length > 0) {
      this.#wakeBy(now + LIMITS.ringAgainMs);
      this.#ring(now);
      if (this.#subscribers.any) for (const part of fresh) this.#subscribers.push(part, body);
    }
    return results;
  }

  /** A run that started before the window may have a log that this object has forgotten; D1 knows how long it was. */
  async #askAboutOldRuns(address: LogAddress, parts: AppendPart[]): Promise<void> {
    const before = Date.now() - LIMITS.askAfterMs;
    const old = parts.filter(
      (part) => part.started !== null && msFromNano(part.started) < before && !this.#known(part.run),
    );
    if (old.length === 0) return;
    const ids = [...new Set(old.map((part) => part.run))];
    const { results } = await dbFor(this.env, address.projectId)
      .prepare("SELECT id, last_seq FROM runs WHERE project_id = ? AND id IN (SELECT value FROM json_each(?))")
      .bind(address.projectId, JSON.stringify(ids))
      .all<{ id: string; last_seq: number }>();
    for (const row of results) if (!this.#known(row.id)) this.#remember(row.id, newRunState(row.last_seq));
  }

  #known(run: string): boolean {
    return this.#runs.has(run) || this.#storage.lastSeq(run) > 0;
  }

  #store(
    now: number,
    address: LogAddress,
    parts: AppendPart[],
    body: Uint8Array,
  ): { results: AppendResult[]; fresh: NewPart[] } {
    try {
      return this.ctx.storage.transactionSync(() => {
        if (this.#address === null) {
          this.#storage.setMeta("address", JSON.stringify(address));
          this.#address = address;
        }
        const results: AppendResult[] = [];
        const fresh: NewPart[] = [];
        for (const part of parts) results.push(this.#number(part, fresh));
        if (fresh.length > 0) this.#storage.insert(now, fresh, body);
        return { results, fresh };
      });
    } catch (error) {
      // The cache has numbers that were never written.
      this.#runs.clear();
      this.#rememberedSpans = 0;
      throw error;
    }
  }

  #number(part: AppendPart, fresh: NewPart[]): AppendResult {
    const state = this.#stateOf(part.run);
    const bytes = part.place.to - part.place.from;
    const verdict = judge(state, { ...part, bytes }, LIMITS);
    switch (verdict.type) {
      case "repeat":
        return { run: part.run, firstSeq: verdict.firstSeq, lastSeq: verdict.lastSeq, skipped: part.count, refused: 0 };
      case "known":
        return { run: part.run, firstSeq: 0, lastSeq: 0, skipped: part.count, refused: 0 };
      case "full":
        return { run: part.run, firstSeq: 0, lastSeq: 0, skipped: 0, refused: part.count };
      case "new": {
        const { firstSeq, lastSeq, skip, spanIds } = verdict;
        admit(state, part.batchId, firstSeq, lastSeq, spanIds, bytes);
        this.#rememberedSpans += spanIds.length / 16;
        const { run, batchId, links, delta, text, place } = part;
        fresh.push({ run, batchId, firstSeq, lastSeq, skip, links, delta, text, place, spanIds });
        return { run, firstSeq, lastSeq, skipped: skip.length, refused: 0 };
      }
    }
  }

  #stateOf(run: string): RunState {
    const cached = this.#runs.get(run);
    if (cached) {
      this.#runs.delete(run);
      this.#runs.set(run, cached);
      return cached;
    }
    const state = this.#storage.runState(run) ?? newRunState();
    this.#remember(run, state);
    return state;
  }

  #remember(run: string, state: RunState): void {
    this.#runs.set(run, state);
    this.#rememberedSpans += state.spans.size + 1;
    if (this.#rememberedSpans <= LIMITS.rememberedSpans) return;
    // Many at once: what is deleted leaves a hole in the map, and each walk from its beginning goes over all of them.
    for (const [oldest, old] of this.#runs) {
      if (this.#rememberedSpans <= LIMITS.keptSpans || oldest === run) return;
      this.#forget(oldest, old);
    }
  }

  #forget(run: string, state = this.#runs.get(run)): void {
    if (!state) return;
    this.#runs.delete(run);
    this.#rememberedSpans -= state.spans.size + 1;
  }

  /** Hands out unprojected rows after `after` (null: from the first on), at least one if there is any. */
  drain(after: number | null, maxBytes: number): Drain {
    const rows = this.#storage.rowsAfter(Math.max(after ?? 0, this.#confirmed), maxBytes);
    const newest = Math.max(this.#storage.newestRow(), this.#confirmed);
    // A bell that finds nothing is answered all the same: the next append must ring again.
    if (rows.length === 0 && newest <= this.#confirmed) this.#bellAt = null;
    return { rows, newest };
  }

  /** Rows up to `upTo` are in D1, by what `done` counts. Rings for what came in meanwhile. */
  confirm(upTo: number, done: ProjectionCount): void {
    const now = Date.now();
    if (upTo > this.#confirmed) {
      // Memory follows storage: what fails here is confirmed again.
      this.ctx.storage.transactionSync(() => {
        this.#storage.setMeta("confirmed", String(upTo));
        this.#count(done);
      });
      this.#confirmed = upTo;
      this.#held.push({ upTo, at: now });
    }
    this.#confirmedAt = now;
    this.#trim(now);
    this.#bellAt = null;
    if (this.#unconfirmed) this.#ring(now);
    this.#wakeBy(now + LIMITS.trimAfterMs);
  }

  #count({ events, rowsWritten }: ProjectionCount): void {
    const before = this.#counted();
    const sum: ProjectionCount = { events: before.events + events, rowsWritten: before.rowsWritten + rowsWritten };
    this.#storage.setMeta("projected", JSON.stringify(sum));
  }

  #counted(): ProjectionCount {
    const text = this.#storage.getMeta("projected");
    return text === null ? { events: 0, rowsWritten: 0 } : (JSON.parse(text) as ProjectionCount);
  }

  /** How far the projections are behind, and what they cost so far. */
  status(): LogStatus {
    const { rows, oldestAt } = this.#storage.rowsWaiting(this.#confirmed);
    return { ...this.#counted(), waitingRows: rows, waitingMs: oldestAt === null ? 0 : Date.now() - oldestAt };
  }

  /** New numbers above `above` for an unconfirmed part of a run, and those after it, whose seqs turned out to be taken in D1. */
  renumber(run: string, first: NumberedPart, above: number): void {
    const changed = this.ctx.storage.transactionSync(() => this.#storage.renumber(run, this.#confirmed, first, above));
    if (!changed) return;
    this.#forget(run);
    this.#subscribers.disconnect(run, 4409, "The run's newest events were renumbered. Connect again.");
  }

  /**
   * Forgets runs that were deleted: their numbers, batches and spans, and what is confirmed of their events. What came in
   * since is not, and begins the run anew.
   */
  forget(runs: string[]): void {
    for (const run of runs) {
      this.#storage.forget(run, this.#confirmed);
      this.#forget(run);
      this.#subscribers.disconnect(run, 4410, "The run was deleted.");
    }
  }

  /** Events of a run that the object still holds, from the part that reaches past `after` on; and the run's newest seq. */
  held(run: string, after: number, maxBytes: number): { lastSeq: number; parts: HeldMember[] } {
    return { lastSeq: this.#storage.lastSeq(run), parts: this.#storage.held(run, after, maxBytes) };
  }

  /** Parts of a run that the object still holds and that have a log record of a span: see recordMark. */
  heldMarked(run: string, mark: string): HeldMember[] {
    return this.#storage.heldMarked(run, mark);
  }

  /** The run's newest seq as far as the window remembers, else 0. */
  lastSeq(run: string): number {
    return this.#storage.lastSeq(run);
  }

  /** What the object still holds of a run, for its summary; and the run's newest seq. */
  heldFacts(run: string): { lastSeq: number; parts: HeldFacts[] } {
    return { lastSeq: this.#storage.lastSeq(run), parts: this.#storage.heldFacts(run) };
  }

  /** WebSocket subscription: `?run=&after=&known_last=&project=`. Only the Worker can reach this. */
  override async fetch(request: Request): Promise<Response> {
    if (request.headers.get("upgrade")?.toLowerCase() !== "websocket") {
      throw new AppError("upgrade_required", "This is a WebSocket address. Connect with a WebSocket client.");
    }
    const query = new URL(request.url).searchParams;
    const run = query.get("run") ?? "";
    const projectId = query.get("project") ?? "";
    const { 0: client, 1: server } = new WebSocketPair();
    const after = Number(query.get("after") ?? 0);
    this.ctx.waitUntil(this.#subscribers.accept(server, projectId, run, after, Number(query.get("known_last") ?? 0)));
    return new Response(null, { status: 101, webSocket: client });
  }

  override webSocketMessage(socket: WebSocket, message: string | ArrayBuffer): void {
    this.#subscribers.hear(socket, message);
  }

  override webSocketClose(): void {}

  override webSocketError(): void {}

  /** Rings again for what nobody confirmed, drops what is confirmed, forgets what left the window. */
  override alarm(): void {
    const now = Date.now();
    this.#alarmAt = null;
    this.#trim(now);
    if (this.#unconfirmed && (this.#bellAt === null || now - this.#bellAt >= LIMITS.ringAgainMs)) {
      this.#bellAt = null;
      this.#ring(now);
    }
    const remembers = this.#sweep(now);
    const at = nextAlarm({ now, unconfirmed: this.#unconfirmed, untrimmed: this.#held.length > 0, remembers }, LIMITS);
    if (at !== null) this.#wakeBy(at);
  }

  /** Forgets what left the window, now and then; returns whether there will be more to forget. */
  #sweep(now: number): boolean {
    if (now - this.#sweptAt < LIMITS.sweepEveryMs) return true;
    this.#sweptAt = now;
    const from = this.#storage.getMeta("sweep") ?? "";
    const { next, remembers } = this.#storage.sweep(from, now - LIMITS.windowMs, LIMITS.sweepRows);
    if ((next ?? "") !== from) this.#storage.setMeta("sweep", next ?? "");
    return remembers;
  }

  get #unconfirmed(): boolean {
    return this.#storage.newestRow() > this.#confirmed;
  }

  #trim(now: number): void {
    const over = this.#held.filter(({ at }) => at <= now - LIMITS.trimAfterMs);
    const last = over.at(-1);
    if (!last) return;
    this.#storage.dropRows(last.upTo);
    this.#held.splice(0, over.length);
  }

  /** Rings the bell unless it is out. A failed ring is made good by the alarm. */
  #ring(now: number): void {
    if (this.#bellAt !== null || this.#address === null) return;
    this.#bellAt = now;
    const message: BellMessage = { v: 1, projectId: this.#address.projectId, object: this.#address.object };
    const delaySeconds = now - this.#confirmedAt < LIMITS.paceSeconds * 1000 ? LIMITS.paceSeconds : 0;
    this.ctx.waitUntil(
      this.env.BELLS.send(message, { contentType: "json", delaySeconds }).catch(() => {
        this.#bellAt = null;
      }),
    );
  }

  /** Makes sure that the object wakes by `at`. */
  #wakeBy(at: number): void {
    if (this.#alarmAt !== null && this.#alarmAt <= at) return;
    this.#alarmAt = at;
    void this.ctx.storage.setAlarm(at);
  }
}
