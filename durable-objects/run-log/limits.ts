/** Each limit of a log object with its reason. */
export const LIMITS = {
  /** Bytes of one stored row. SQLite in Durable Objects refuses 2 MB, and the row has a head beside its body. */
  rowBytes: 1_500_000,
  /** How long a run's counters, batch ids and span ids are remembered: exporters retry for minutes, people for a day. */
  windowMs: 24 * 3_600_000,
  /** A run that started this long ago may have left the window, so D1 is asked. Less than the window: clocks differ. */
  askAfterMs: 23 * 3_600_000,
  /** How long a confirmed row is still held, so that a reader who asked D1 just before finds it here. */
  trimAfterMs: 10_000,
  /** No confirmation for this long: the bell (or its consumer) was lost, ring again. */
  ringAgainMs: 10_000,
  /** Drains of a busy object are at least this far apart; queue delays are whole seconds. */
  paceSeconds: 1,
  /** Rows of the window that one alarm looks at, to bound its time. */
  sweepRows: 20_000,
  /** How often the window is swept. */
  sweepEveryMs: 600_000,
  /** Span ids held in memory for runs that are confirmed; beyond it the oldest runs are read from storage again. */
  rememberedSpans: 400_000,
  /**
   * A run's log takes no more after this many events, or bytes of their JSON. Beyond it a run is no longer one thing that a
   * page can show or a reader replay; Temporal draws the line at the same place.
   */
  runEvents: 51_200,
  runBytes: 50_000_000,
  /** From here on, whoever appends is told that the end is near. */
  warnEvents: 10_240,
  /** Events in one WebSocket frame, and bytes of parts sent in one go while backfilling. */
  frameEvents: 500,
} as const;
