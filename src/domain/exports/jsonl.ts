import type { Format } from "./format.ts";

/** One event a line, each as `GET /api/runs/:id/events` gives it. */
export const jsonl: Format = {
  ending: ".jsonl",
  content_type: "application/x-ndjson",
  event: (event, open) => ({ text: `${JSON.stringify(event)}\n`, open }),
  end: () => "",
};
