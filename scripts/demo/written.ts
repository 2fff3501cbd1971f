import type { Round } from "./round.ts";
import { nano } from "./send.ts";
import type { Attributes, Service, Step } from "./spans.ts";

/** An event of a run that its application writes itself. Times are milliseconds after the run's start. */
export interface WrittenEvent {
  atMs: number;
  type: string;
  data: { [field: string]: unknown };
  /** Of a span, which carries its times in its data. */
  span?: { startMs: number; endMs: number | undefined };
}

/** A file that a run makes. */
export interface WrittenFile {
  atMs: number;
  name: string;
  content_type: string;
  entity_type: string;
  tags: { [key: string]: string };
  body: string;
}

/** A run to write: `POST /api/runs`, and then its events as they happen. */
export interface WrittenRun {
  id: string;
  title: string;
  /** When it begins, after the start of the first of its family. */
  startMs: number;
  begin: { name: string; parent_run_id?: string; [field: string]: unknown };
  /** Events that leave in one request. */
  timeline: { atMs: number; events: WrittenEvent[] }[];
  files: WrittenFile[];
}

/** What happens within a moment leaves together. */
const FLUSH_MS = 100;
/** What a call knows of itself only when it has ended. */
const KNOWN_LATE = /\.(output|response|usage)\b|\.call\.result$/;

/** Writes a run: spans with their start and their end, and events of any type. */
export class Writer {
  readonly id: string;
  readonly #round: Round;
  readonly #service: Service;
  readonly #events: WrittenEvent[] = [];
  readonly #files: WrittenFile[] = [];

  constructor(round: Round, service: Service) {
    this.#round = round;
    this.#service = service;
    this.id = `run_${round.hex(16)}`;
  }

  event(atMs: number, type: string, data: WrittenEvent["data"]): void {
    this.#events.push({ atMs, type, data });
  }

  file(file: WrittenFile): void {
    this.#files.push(file);
  }

  /** A span that can be seen while it runs. Returns its id. */
  span(parent: string | null, startMs: number, endMs: number, step: Step): string {
    const span_id = this.#round.hex(8);
    const { name, version, environment } = this.#service;
    const data = {
      span_id,
      parent_span_id: parent,
      name: step.name,
      kind: step.kind,
      resource: { "service.name": name, "service.version": version, "deployment.environment.name": environment },
      scope: { name: "runlight-demo", version: "1.0.0" },
    };
    const early: Attributes = Object.fromEntries(
      Object.entries(step.attributes).filter(([key]) => !KNOWN_LATE.test(key)),
    );
    const span = { startMs, endMs: undefined };
    this.#events.push({ atMs: startMs, type: "SPAN_STARTED", data: { ...data, attributes: early }, span });
    this.#events.push({
      atMs: endMs,
      type: "SPAN",
      data: { ...data, attributes: step.attributes, status: { code: "ok" } },
      span: { startMs, endMs },
    });
    return span_id;
  }

  /** A message that comes in pieces. */
  message(atMs: number, endMs: number, text: string): void {
    const messageId = `msg_${this.#round.hex(6)}`;
    const words = text.split(/(?<= )/);
    this.event(atMs, "TEXT_MESSAGE_START", { messageId, role: "assistant" });
    words.forEach((delta, i) => {
      this.event(atMs + ((endMs - atMs) * i) / words.length, "TEXT_MESSAGE_CONTENT", { messageId, delta });
    });
    this.event(endMs, "TEXT_MESSAGE_END", { messageId });
  }

  run(title: string, startMs: number, begin: WrittenRun["begin"]): WrittenRun {
    const events = this.#events.toSorted((a, b) => a.atMs - b.atMs);
    const batches = Map.groupBy(events, ({ atMs }) => Math.ceil(atMs / FLUSH_MS));
    const timeline = [...batches].map(([tick, own]) => ({ atMs: tick * FLUSH_MS, events: own }));
    const { name: service, version, environment } = this.#service;
    const whole = { service, version, environment, ...begin };
    return { id: this.id, title, startMs, begin: whole, timeline, files: this.#files };
  }
}

/** The body of `POST /api/runs/:id/events`. @param startedAt when the run began, in milliseconds since the epoch */
export function encodeEvents(events: readonly WrittenEvent[], startedAt: number) {
  return {
    events: events.map(({ type, data, span }) => ({
      type,
      data: span
        ? {
            ...data,
            start_time_unix_nano: nano(startedAt + span.startMs),
            ...(span.endMs === undefined ? {} : { end_time_unix_nano: nano(startedAt + span.endMs) }),
          }
        : data,
    })),
  };
}

/** The run, `speed` times quicker. */
export function fasterWritten(run: WrittenRun, speed: number): WrittenRun {
  const scaled = (event: WrittenEvent): WrittenEvent => ({
    ...event,
    atMs: event.atMs / speed,
    ...(event.span && {
      span: {
        startMs: event.span.startMs / speed,
        endMs: event.span.endMs === undefined ? undefined : event.span.endMs / speed,
      },
    }),
  });
  return {
    ...run,
    startMs: run.startMs / speed,
    timeline: run.timeline.map(({ atMs, events }) => ({ atMs: atMs / speed, events: events.map(scaled) })),
    files: run.files.map((file) => ({ ...file, atMs: file.atMs / speed })),
  };
}
