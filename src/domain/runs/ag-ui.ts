import { EventSchema, RunAgentInputSchema } from "@ag-ui/core/schemas";
import type { z } from "zod";
import { type Ctx, requireScope } from "../../context.ts";
import { AppError } from "../../errors.ts";
import type { RunEvent } from "../../events/event.ts";
import { msFromNano, nanoFromMs, parseRfc3339 } from "../../events/nano.ts";
import { appendEvents } from "./append-events.ts";
import { stream, type Writer } from "./stream.ts";

export const agUiInputSchema = RunAgentInputSchema;

const TYPES: ReadonlySet<string> = new Set(EventSchema.def.options.map((option) => option.shape.type.value));

/**
 * AG-UI's door: takes what a client asks of a run into the run's log, and answers with the run's events as they come, in
 * AG-UI's form. Whoever works on the run reads the question from the log and writes the answer into it.
 */
export async function runAgUi(
  ctx: Ctx,
  runId: string,
  input: z.infer<typeof RunAgentInputSchema>,
  request: Request,
): Promise<Response> {
  requireScope(ctx, "ingest");
  const data = { threadId: input.threadId, runId: input.runId, input, name: runId };
  const { first_seq } = await appendEvents(ctx, runId, [{ type: "RUN_STARTED", data }], {
    key: `ag-ui ${runId} ${input.runId}`,
    kind: "agent",
  });
  if (first_seq === null)
    throw new AppError("unavailable", "The run could not be begun. Try again.", { retryAfter: 1 });
  // From this question on: a run may be asked several times.
  const headers = new Headers(request.headers);
  headers.set("last-event-id", String(first_seq - 1));
  const answer = await stream(ctx, runId, new Request(request.url, { headers }), asAgUi(input.threadId, input.runId));
  return answer;
}

/** An event in AG-UI's flat form. What AG-UI has no type for is a CUSTOM event of that name. */
function asAgUi(threadId: string, runId: string): Writer {
  return (event) => {
    const timestamp = msFromNano(parseRfc3339(event.time) ?? nanoFromMs(0));
    return `data: ${JSON.stringify({ timestamp, ...flat(event, threadId, runId) })}\n\n`;
  };
}

function flat({ type, data }: RunEvent, threadId: string, runId: string): object {
  if (type === "RUN_CANCELLED") return { type: "RUN_FINISHED", threadId, runId, outcome: { type: "cancelled" } };
  // What else we say of a run's beginning is not AG-UI's, and its client complains of it.
  if (type === "RUN_STARTED") {
    const { input, parentRunId } = data as { input?: unknown; parentRunId?: unknown };
    return { type, threadId, runId, parentRunId, input };
  }
  if (!TYPES.has(type)) return { type: "CUSTOM", name: type, value: data };
  return { type, ...(data as object) };
}
