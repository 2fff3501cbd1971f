/** One line of a project's live board. Sent only after the row is in D1. */
export interface FeedMessage {
  entity: string;
  event_type: "insert" | "update" | "delete";
  data: unknown;
  /** RFC 3339. */
  timestamp: string;
}
