import { DurableObject } from "cloudflare:workers";
import type { FirstUse, StoredAnswer } from "./protocol.ts";

/** How long a key and its answer are remembered. */
const WINDOW_MS = 24 * 3_600_000;

/** After this long without an answer the first request is taken for dead, and the next one with its key goes ahead. */
const LEASE_MS = 60_000;

/** Keys forgotten at a time. */
const SWEEP_ROWS = 500;

/** The Idempotency-Keys of one project: which were used, for what body, and what was answered. */
export class IdempotencyKeys extends DurableObject<Env> {
  readonly #sql: SqlStorage;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#sql = ctx.storage.sql;
    this.#sql.exec(
      `CREATE TABLE IF NOT EXISTS keys (
         key TEXT PRIMARY KEY, body_hash TEXT NOT NULL, at INTEGER NOT NULL, lease_until INTEGER NOT NULL,
         status INTEGER, body TEXT
       ) WITHOUT ROWID`,
    );
  }

  /** Says whether a request is the first with its key; it alone may go ahead, and must `finish` or `abandon`. */
  begin(key: string, bodyHash: string): FirstUse {
    const now = Date.now();
    const row = this.#sql
      .exec<{ body_hash: string; at: number; lease_until: number; status: number | null; body: string }>(
        "SELECT body_hash, at, lease_until, status, body FROM keys WHERE key = ?",
        key,
      )
      .toArray()[0];
    if (row && row.at > now - WINDOW_MS) {
      if (row.body_hash !== bodyHash) return { type: "mismatch" };
      if (row.status !== null) return { type: "done", answer: { status: row.status, body: row.body } };
      if (row.lease_until > now) return { type: "running" };
    }
    this.#sql.exec(
      "INSERT OR REPLACE INTO keys (key, body_hash, at, lease_until) VALUES (?, ?, ?, ?)",
      key,
      bodyHash,
      now,
      now + LEASE_MS,
    );
    this.#sweepLater(now);
    return { type: "first" };
  }

  /** Keeps what the first request was answered. */
  finish(key: string, { status, body }: StoredAnswer): void {
    this.#sql.exec("UPDATE keys SET status = ?, body = ? WHERE key = ?", status, body, key);
  }

  /** Frees the key: the first request had no effect, and the same may be tried again. */
  abandon(key: string): void {
    this.#sql.exec("DELETE FROM keys WHERE key = ? AND status IS NULL", key);
  }

  override alarm(): void {
    const before = Date.now() - WINDOW_MS;
    this.#sql.exec("DELETE FROM keys WHERE key IN (SELECT key FROM keys WHERE at < ? LIMIT ?)", before, SWEEP_ROWS);
    const { n } = this.#sql.exec<{ n: number }>("SELECT count(*) AS n FROM keys").one();
    if (n > 0) void this.ctx.storage.setAlarm(Date.now() + WINDOW_MS / 24);
  }

  #sweepLater(now: number): void {
    void this.ctx.storage
      .getAlarm()
      .then((at) => (at === null ? this.ctx.storage.setAlarm(now + WINDOW_MS) : undefined));
  }
}
