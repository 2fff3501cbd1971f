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
  /** What is left of them when it is beyond. */
  keptSpans: 360_000,
  /**
   * A run's log takes no more after this many events, or bytes of their JSON. Beyond it a run is no longer one thing that a
   * page can show or a reader replay; Temporal draws the line at the same place.
   */
  runEvents: 51_200,
  runBytes: 50_000_000,
  /** From here on, whoever appends is told that the end is near. */
  warnEvents: 10_240,
  /** Events in one WebSocket frame, and characters of them (one event may be longer): a slow line shows progress frame by frame. */
  frameEvents: 500,
  frameChars: 128_000,
  /** Bytes of gzip'd parts that one step of a backfill unpacks. */
  stepBytes: 256_000,
  /** Bytes of frames that are kept for others who read the same. */
  recentBytes: 4_000_000,
  /** Bytes that may be on their way to one reader: enough for any distance, and no burden if it stops reading. */
  windowBytes: 8_000_000,
  /** Bytes that the readers of one object may have waiting together. An object has 128 MB for everything. */
  waitingBytes: 32_000_000,
  /**
   * What each reader may have waiting all the same: those who read must not wait for those who do not. More than clients read
   * between two acknowledgements.
   */
  fairBytes: 256_000,
  /** How often it is looked whether those who are behind have read on; the runtime does not tell. */
  lookEveryMs: 20,
  /** A reader who is waited for and took nothing for this long has stopped reading; sooner while `waitingBytes` is used up. */
  stalledMs: 10_000,
  pressedMs: 1_000,
  /** Backfills of one object that read from R2 at the same time: each holds what it read until it is sent. */
  archiveReads: 4,
  /** Characters of a message that is looked into: acknowledgements are short. */
  ackChars: 100,
} as const;
