export const EXPORT_FORMATS = ["jsonl", "otlp"] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

/** What an export came to. */
export interface ExportResult {
  artifact_id: string;
  /** Where the bytes are. */
  url: string;
  name: string;
  /** Bytes. */
  size: number;
  sha256: string;
  format: ExportFormat;
  /** Of the log up to the export's end. */
  events: number;
  spans: number;
  /** Events that the format cannot say; absent if there are none. */
  left_out?: number;
}
