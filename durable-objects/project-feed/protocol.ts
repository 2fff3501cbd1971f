/** One line of a project's live board. Sent only after the row is in D1. */
export interface FeedMessage {
  entity: string;
  event_type: "insert" | "update" | "delete";
  data: unknown;
  /** RFC 3339. */
  timestamp: string;
  /** How many more rows came with this one that nobody is told of one by one: a list is better read anew. */
  omitted?: number;
}

/** Counts of what came over OTLP and is not kept. */
export interface Dropped {
  /** Log records that carry no message of a span. */
  log_records: number;
  /** Data points of metrics. */
  data_points: number;
}
