import { ApiError, hooks } from "#lib/api.ts";
import type { ExportFormat, ExportResult } from "../../../../../src/domain/exports/schema.ts";
import { boardApi, type JobAnswer } from "../../board/board-api.ts";

/** How long to wait before the job is asked again. */
const ASK_MS = 400;
const TIMEOUT_MS = 30_000;

/** One export of a run from the dashboard: what was asked for, how far it is, and what came of it. */
export class RunExport {
  format = $state<ExportFormat | null>(null);
  /** null until the job has begun. */
  job = $state.raw<JobAnswer | null>(null);
  error = $state.raw<unknown>(null);

  readonly running = $derived(this.format !== null && this.error === null && this.result === null);
  #abort = new AbortController();

  get result(): ExportResult | null {
    return this.job?.status === "success" ? (this.job.result as ExportResult) : null;
  }

  /** Begins an export and follows it to its end; one that was asked for before is followed no more. */
  async start(runId: string, format: ExportFormat): Promise<void> {
    this.close();
    const { signal } = this.#abort;
    this.format = format;
    try {
      this.job = await begin(runId, format, signal);
      while (this.job.status === "pending" || this.job.status === "running") {
        await new Promise((resolve) => setTimeout(resolve, ASK_MS));
        if (signal.aborted) return;
        this.job = await boardApi.job(this.job.id, signal);
      }
      if (this.job.status === "error") throw new Error(this.job.error ?? "The job failed without saying why.");
    } catch (error) {
      if (!signal.aborted) this.error = error;
    }
  }

  /** Stops following. The job itself goes on, and its file is among the run's artifacts. */
  close(): void {
    this.#abort.abort();
    this.#abort = new AbortController();
    this.format = this.job = this.error = null;
  }
}

async function begin(runId: string, format: ExportFormat, signal: AbortSignal): Promise<JobAnswer> {
  let response: Response;
  try {
    response = await fetch(`/api/runs/${encodeURIComponent(runId)}/export`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ format }),
      credentials: "same-origin",
      signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
    });
  } catch (error) {
    if (signal.aborted) throw error;
    throw new ApiError("The server cannot be reached. Check the connection and try again.", 0, "network");
  }
  const body = await response.json().catch(() => null);
  if (response.ok) return body as JobAnswer;
  if (response.status === 401) hooks.signedOut();
  const { code = "unknown", message, request_id = null } = body?.error ?? {};
  throw new ApiError(
    message ?? `The server answered ${response.status}. Try again.`,
    response.status,
    code,
    request_id,
  );
}
