import type { Round } from "./round.ts";

export type Value = string | number | boolean | string[];
export type Attributes = { [key: string]: Value };

/** What happened inside a span, before it has a time. */
export interface Step {
  name: string;
  kind: "internal" | "client";
  attributes: Attributes;
  /** From the span's start to the first chunk of the answer; an attribute, but one that grows with the time scale. */
  firstChunkMs?: number;
  failure?: Failure;
  /** The span fails, but the exception was recorded on a child. */
  failedBecause?: string;
}

export interface Failure {
  type: string;
  message: string;
  stack: string[];
}

/** A span that has ended. Times are milliseconds after the run's start. */
export interface DemoSpan extends Step {
  traceId: string;
  spanId: string;
  parentSpanId: string | undefined;
  service: Service;
  startMs: number;
  endMs: number;
}

export interface Service {
  name: string;
  version: string;
  environment: string;
}

/** Spans that leave in one request, `atMs` after the run's start. */
export interface Batch {
  atMs: number;
  spans: DemoSpan[];
}

/** A run to send: one trace. */
export interface Run {
  title: string;
  traceId: string;
  timeline: Batch[];
}

/** A span that is still open. */
export interface Open {
  spanId: string;
  parent: Open | undefined;
  service: Service;
  startMs: number;
  step: Step;
}

/** Exporters collect what ended within a moment. */
const FLUSH_MS = 250;

/** Records a trace: spans are opened under a parent and ended, as instrumentation would. */
export class Trace {
  readonly #round: Round;
  readonly #service: Service;
  readonly #shared: Attributes;
  readonly #traceId: string;
  readonly #ended: DemoSpan[] = [];
  /** No two runs take the same time. */
  readonly #pace: number;

  constructor(round: Round, of: { service: Service; session: string; user: string; pace?: number }) {
    this.#round = round;
    this.#service = of.service;
    this.#shared = { "gen_ai.conversation.id": of.session, "user.id": of.user };
    this.#traceId = round.hex(16);
    this.#pace = of.pace ?? 0.9 + round.chance() * 0.2;
  }

  /** Opens a span. A child runs in its parent's service unless another is given. */
  open(parent: Open | undefined, startMs: number, step: Step, service = parent?.service ?? this.#service): Open {
    return { spanId: this.#round.hex(8), parent, service, startMs, step };
  }

  /** @param late what is known only at the end, such as the answer */
  end(open: Open, endMs: number, late: Partial<Step> = {}): void {
    const { step, startMs, spanId, parent, service } = open;
    const whole = { ...step, ...late, attributes: { ...this.#shared, ...step.attributes, ...late.attributes } };
    this.#ended.push({
      ...whole,
      ...(whole.firstChunkMs === undefined ? {} : { firstChunkMs: whole.firstChunkMs * this.#pace }),
      traceId: this.#traceId,
      spanId,
      parentSpanId: parent?.spanId,
      service,
      startMs: startMs * this.#pace,
      endMs: endMs * this.#pace,
    });
  }

  /** A span without children. */
  span(parent: Open, startMs: number, endMs: number, step: Step): void {
    this.end(this.open(parent, startMs, step), endMs);
  }

  run(title: string): Run {
    const batches = new Map<number, DemoSpan[]>();
    for (const span of this.#ended.toSorted((a, b) => a.endMs - b.endMs)) {
      const tick = Math.ceil(span.endMs / FLUSH_MS);
      batches.set(tick, [...(batches.get(tick) ?? []), span]);
    }
    const timeline = [...batches].map(([tick, spans]) => ({ atMs: tick * FLUSH_MS, spans }));
    return { title, traceId: this.#traceId, timeline };
  }
}

/** The run, `speed` times quicker. */
export function faster(run: Run, speed: number): Run {
  return {
    ...run,
    timeline: run.timeline.map(({ atMs, spans }) => ({
      atMs: atMs / speed,
      spans: spans.map((span) => ({
        ...span,
        startMs: span.startMs / speed,
        endMs: span.endMs / speed,
        ...(span.firstChunkMs === undefined ? {} : { firstChunkMs: span.firstChunkMs / speed }),
      })),
    })),
  };
}
