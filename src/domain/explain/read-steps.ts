import type { Ctx } from "../../context.ts";
import type { RunEvent } from "../../events/event.ts";
import type { LogData } from "../../events/log-record.ts";
import type { SpanData } from "../../events/span.ts";
import { readContent } from "../../otlp/conventions/index.ts";
import { contentOfRecords, type RecordInContext } from "../../otlp/records/index.ts";
import { type Failure, failureOf } from "../errors/failure.ts";
import { listLlmCalls } from "../runs/llm-calls.ts";
import { listSpans } from "../runs/spans.ts";
import { printOf } from "./print.ts";
import { ResultReader } from "./result.ts";
import { type Prints, type Step, stepsOf } from "./step.ts";

/** Characters of log records' messages that are held until all of the log was read: what is beyond is not looked into. */
const MOST_RECORD_CHARS = 20_000_000;

/** Failures that are looked at. */
const MOST_FAILURES = 500;

/** All that is judged of a run, read from its log once. */
export interface RunSteps {
  steps: Step[];
  failures: Failure[];
  /** What the run's own events say it gave, as text: its result, or its last message. */
  result: string | null;
}

/** Reads a run's spans with prints of what they were given and gave. @throws AppError `run_not_found` */
export async function readSteps(ctx: Ctx, runId: string): Promise<RunSteps> {
  const prints = new Map<string, Prints>();
  const records = new Map<string, RecordInContext[]>();
  const failures: Failure[] = [];
  const result = new ResultReader();
  let chars = 0;
  const see = (event: RunEvent) => {
    const failure = failureOf(runId, event, null);
    if (failure !== null && failures.length < MOST_FAILURES) failures.push(failure);
    result.see(event);
    if (event.type === "SPAN") {
      const span = event.data as SpanData;
      const { input, output } = readContent(span, span);
      prints.set(span.span_id, { input: printOf(input), output: printOf(output) });
    } else if (event.type === "LOG" && chars < MOST_RECORD_CHARS) {
      const data = event.data as LogData;
      chars += JSON.stringify(data.body)?.length ?? 0;
      const its = records.get(data.span_id) ?? [];
      records.set(data.span_id, its);
      its.push({ record: data, context: data });
    }
  };
  const [{ data: rows }, { data: calls }] = await Promise.all([listSpans(ctx, runId, see), listLlmCalls(ctx, runId)]);
  for (const [spanId, its] of records) {
    const said = contentOfRecords(its);
    const own = prints.get(spanId);
    prints.set(spanId, { input: own?.input ?? printOf(said.input), output: own?.output ?? printOf(said.output) });
  }
  return { steps: stepsOf(rows, new Set(calls.map(({ span_id }) => span_id)), prints), failures, result: result.text };
}
