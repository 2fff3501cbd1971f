import type { SentRun } from "./check.ts";
import type { Request } from "./input.ts";
import type { Project } from "./project.ts";

/** What clients got acknowledged, as they know it. */
export class Acknowledged {
  readonly #runs = new Map<string, Map<number, string[]>>();
  /** Answers by status. */
  readonly statuses: Record<number, number> = {};

  add(writer: number, run: string, id: string): void {
    const writers = this.#runs.get(run) ?? new Map<number, string[]>();
    this.#runs.set(run, writers);
    const ids = writers.get(writer) ?? [];
    writers.set(writer, ids);
    ids.push(id);
  }

  answered(status: number): void {
    this.statuses[status] = (this.statuses[status] ?? 0) + 1;
  }

  get runs(): SentRun[] {
    return [...this.#runs.keys()].sort().map((run) => this.ofRun(run));
  }

  ofRun(run: string): SentRun {
    return { run, writers: [...(this.#runs.get(run) ?? new Map<number, string[]>()).values()].map((ids) => [...ids]) };
  }
}

/** Tries of one request after which a test gives up: no fault strikes so often. */
const MAX_TRIES = 500;

/**
 * Sends as an exporter does: the same request again until it is acknowledged.
 * @throws if the answer is neither 200 nor 503: nothing that is injected may look like a client's mistake
 */
export async function sendUntilAcknowledged(
  project: Project,
  writer: number,
  request: Request,
  acknowledged: Acknowledged,
): Promise<void> {
  for (let attempt = 1; attempt <= MAX_TRIES; attempt++) {
    const response = await project.fetch(request.path, {
      method: "POST",
      headers: { "content-type": "application/json", ...request.headers },
      body: request.body,
    });
    const text = await response.text();
    acknowledged.answered(response.status);
    if (response.status === 200) {
      if (request.path.startsWith("/v1/") && text !== "{}") throw new Error(`Not all was taken: ${text.slice(0, 300)}`);
      for (const { run, id } of request.carries) acknowledged.add(writer, run, id);
      return;
    }
    if (response.status !== 503) throw new Error(`${request.path}: ${response.status} ${text.slice(0, 300)}`);
    if (response.headers.get("retry-after") === null) throw new Error("A 503 without Retry-After");
  }
  throw new Error(`${request.path} was refused ${MAX_TRIES} times`);
}
