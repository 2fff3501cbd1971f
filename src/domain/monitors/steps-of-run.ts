import type { RunEvent } from "../../events/event.ts";
import type { LogData } from "../../events/log-record.ts";
import { compareNano } from "../../events/nano.ts";
import type { SpanData } from "../../events/span.ts";
import { readContent } from "../../otlp/conventions/index.ts";
import type { Message, SpanContent } from "../../otlp/model.ts";
import {
  contentOfCall,
  contentOfRecords,
  type RecordInContext,
  speaksThroughParent,
} from "../../otlp/records/index.ts";
import type { JudgedStep } from "./finding.ts";
import { THRESHOLDS } from "./thresholds.ts";

/** What `judge` takes. */
export interface Told {
  steps: JudgedStep[];
  question: string;
}

/** Reasons to stop, as providers name them, that mean: cut at the limit. */
const CUT = /^(?:length|max_?(?:output_?)?tokens|token_limit|model_context_window_exceeded)$/i;

/** Tokens of an answer that may well be empty. */
const EMPTY_TOKENS = 5;

/**
 * A run's model calls as the monitors see them, in their order, and what was asked in them.
 * @param events of the run, at least those with the calls and their log records
 * @param calls by their span ids: which of the run's calls, from 1, each is
 */
export function stepsOfRun(events: readonly RunEvent[], calls: ReadonlyMap<string, number>): Told {
  const spans: { n: number; span: SpanData }[] = [];
  const records = new Map<string, RecordInContext[]>();
  for (const { type, data } of events) {
    if (type === "SPAN") {
      const n = calls.get((data as SpanData).span_id);
      if (n !== undefined) spans.push({ n, span: data as SpanData });
    } else if (type === "LOG") {
      const record = data as LogData;
      const its = records.get(record.span_id);
      if (its) its.push({ record, context: record });
      else records.set(record.span_id, [{ record, context: record }]);
    }
  }
  spans.sort((a, b) => a.n - b.n);
  const asked = new Set<string>();
  let questionChars = 0;
  let last: SpanData | undefined;
  const steps = spans.flatMap(({ n, span }): JudgedStep[] => {
    const { input, output } = contentOf(span, records);
    for (const message of input ?? []) {
      if (questionChars >= THRESHOLDS.questionChars) break;
      // Every turn asks: what a later one asks for is no drift.
      if (message.role !== "user" && message.role !== "input") continue;
      const text = textOf([message]).slice(0, THRESHOLDS.questionChars - questionChars);
      if (text === "" || asked.has(text)) continue;
      asked.add(text);
      questionChars += text.length;
    }
    const beside = last !== undefined && compareNano(span.start_time_unix_nano, last.end_time_unix_nano) < 0;
    if (!beside) last = span;
    const failed = span.status.code === "error" || span.facts.error !== undefined;
    if (!failed && !isRecorded(span, output)) return [];
    return [
      {
        ...answerOf(output ?? []),
        step: n,
        span_id: span.span_id,
        ...(failed ? { failed: true } : {}),
        ...(beside ? { beside: true } : {}),
      },
    ];
  });
  return { steps, question: [...asked].join("\n") };
}

function contentOf(span: SpanData, records: ReadonlyMap<string, RecordInContext[]>): SpanContent {
  const own = readContent(span, span);
  if ((own.input !== null && own.output !== null) || records.size === 0) return own;
  const said = contentOfRecords(records.get(span.span_id) ?? []);
  const { parent_span_id: parent } = span;
  const ofParent =
    own.output === null && said.output === null && parent !== null && speaksThroughParent(span)
      ? contentOfCall(span, records.get(parent) ?? [])
      : null;
  return {
    input: own.input ?? said.input ?? ofParent?.input ?? null,
    output: own.output ?? said.output ?? ofParent?.output ?? null,
  };
}

/** Whether it is known what a call answered. Who does not record answers, or only hides them, got them all the same. */
function isRecorded({ facts }: SpanData, output: Message[] | null): boolean {
  if (output === null) return false;
  return output.some(({ parts }) => parts.length > 0) || (facts.usage?.output ?? 0) <= EMPTY_TOKENS;
}

function answerOf(output: readonly Message[]): Pick<JudgedStep, "text" | "calls" | "cut"> {
  const calls = output.flatMap(({ parts }) => parts.filter((part) => part.type === "tool_call"));
  const reasons = output.flatMap(({ finish_reason }) => finish_reason ?? []);
  return {
    text: textOf(output),
    ...(calls.length === 0 ? {} : { calls }),
    ...(reasons.length === 0 ? {} : { cut: reasons.some((reason) => CUT.test(reason)) }),
  };
}

/** What messages say in words. What a model only thought stands for it where it said nothing and asked for nothing. */
function textOf(messages: readonly Message[]): string {
  const texts: string[] = [];
  const thoughts: string[] = [];
  for (const { parts } of messages) {
    for (const part of parts) {
      if (part.type === "text") texts.push(part.text);
      else if (part.type === "json") texts.push(JSON.stringify(part.value) ?? "");
      else if (part.type === "reasoning") thoughts.push(part.text);
      else if (part.type === "image") texts.push(`image ${part.url?.slice(-100) ?? ""}`);
    }
  }
  return (texts.length === 0 ? thoughts : texts).join("\n");
}
