import type { RunEvent } from "../../events/event.ts";
import { jsonl } from "./jsonl.ts";
import { otlp } from "./otlp.ts";
import type { ExportFormat } from "./schema.ts";

/** What is open at a place in the document, so that writing can stop there and go on in another step. */
export interface Open {
  /** Names of the resource and scope whose list of spans is open; null = none is. */
  resource: string | null;
  scope: string | null;
}

/** How a log is written: what stands for each of its events, and behind the last. */
export interface Format {
  /** Behind the run's id in the file's name. */
  ending: string;
  content_type: string;
  /** An event's text and what is open behind it; null = this format cannot say it. */
  event(event: RunEvent, open: Open): { text: string; open: Open } | null;
  end(open: Open): string;
}

export const FORMATS: { [F in ExportFormat]: Format } = { jsonl, otlp };
