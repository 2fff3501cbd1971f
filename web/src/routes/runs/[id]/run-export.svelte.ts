import type { ExportFormat, ExportResult } from "../../../../../src/domain/exports/schema.ts";
import { FollowedJob } from "../../jobs/followed-job.svelte.ts";

/** One export of a run from the dashboard. Its file is among the run's artifacts, whoever follows the job. */
export class RunExport extends FollowedJob {
  format = $state<ExportFormat | null>(null);

  get result(): ExportResult | null {
    return this.job?.status === "success" ? (this.job.result as ExportResult) : null;
  }

  export(runId: string, format: ExportFormat): void {
    this.start("POST", `/api/runs/${encodeURIComponent(runId)}/export`, { format });
    this.format = format;
  }

  override close(): void {
    super.close();
    this.format = null;
  }
}
