import type { RunEvent } from "../../events/event.ts";
import type { SpanData, StepKind } from "../../events/span.ts";

/** Something that failed in a run of itself: not because of what it called. */
export interface Failure {
  run_id: string;
  /** null if only the run's own end says so. */
  span_id: string | null;
  parent_span_id: string | null;
  /** The span's name, without the model that it calls. */
  name: string;
  step: StepKind | null;
  exception: string | null;
  /** '' if nothing was said. */
  message: string;
  /** RFC 3339: when it ended, as far as that is known. */
  time: string;
  service: string | null;
  model: string | null;
}

/** What an event of a run's log says of a failure; null if it says of none. @param service of the run */
export function failureOf(runId: string, event: RunEvent, service: string | null): Failure | null {
  if (event.type === "RUN_ERROR") {
    const { message, code } = event.data as { message?: unknown; code?: unknown };
    return {
      run_id: runId,
      span_id: null,
      parent_span_id: null,
      name: "RUN_ERROR",
      step: null,
      exception: typeof code === "string" ? code : null,
      message: typeof message === "string" ? message : "",
      time: event.time,
      service,
      model: null,
    };
  }
  if (event.type !== "SPAN") return null;
  const span = event.data as SpanData;
  const { facts, status } = span;
  if (status.code !== "error" && facts.error === undefined) return null;
  const thrown = span.events.findLast(({ name }) => name === "exception")?.attributes;
  const text = (value: unknown) => (typeof value === "string" && value !== "" ? value : null);
  const own = span.resource["service.name"];
  return {
    run_id: runId,
    span_id: span.span_id,
    parent_span_id: span.parent_span_id,
    name: facts.model === undefined ? span.name : span.name.replace(facts.model, "*"),
    step: facts.step,
    exception: text(span.attributes["error.type"]) ?? text(thrown?.["exception.type"]),
    message: text(facts.error) ?? text(status.message) ?? text(thrown?.["exception.message"]) ?? "",
    time: event.time,
    service: text(own) ?? service,
    model: facts.model ?? null,
  };
}

/**
 * The failures of a run that are causes: not those that only pass on what failed below them, in its words or without any, nor
 * a run's own end that repeats a span's.
 */
export function causesOf(failures: readonly Failure[]): Failure[] {
  const below = Map.groupBy(
    failures.filter(({ span_id }) => span_id !== null),
    ({ parent_span_id }) => parent_span_id,
  );
  return failures.filter((failure) => {
    if (failure.span_id === null) return !failures.some((cause) => cause.span_id !== null && tells(failure, cause));
    // What says nothing itself speaks for what failed below it; a set grows while it is walked, and ends where it repeats.
    const causes = new Set(below.get(failure.span_id));
    for (const cause of causes) {
      if (cause !== failure && tells(failure, cause)) return false;
      if (cause.message === "") for (const deeper of below.get(cause.span_id) ?? []) causes.add(deeper);
    }
    return true;
  });
}

/** Whether a failure has nothing to say but what its cause does. */
function tells(failure: Failure, cause: Failure): boolean {
  if (failure.message === "") return true;
  return cause.message !== "" && failure.message.includes(cause.message);
}
