import { EventSchema } from "@ag-ui/core/schemas";
import { z } from "zod";
import { SPAN_KINDS, STATUS_CODES } from "../../events/span.ts";

/** Version of an event's data that this version of Runlight writes, for all types so far. */
export const EVENT_VERSION = 1;

const hex = (digits: number) =>
  z.string().regex(new RegExp(`^[0-9a-f]{${digits}}$`), `must be ${digits} lower-case hex digits`);
const nano = z.string().regex(/^\d{1,19}$/, "must be nanoseconds since the epoch, as digits in a string");
const attributes = z.record(z.string(), z.json());
const text = z.string().min(1).max(10_000);
const label = z.string().min(1).max(500);
/** What a model wrote. */
const longText = z.string().min(1).max(100_000);
const score = z.number().min(0).max(1);

/** An OpenTelemetry span as plain JSON. */
const spanSchema = z.object({
  span_id: hex(16),
  parent_span_id: hex(16).nullable().default(null),
  trace_id: hex(32).optional(),
  name: z.string().max(10_000),
  kind: z.enum(SPAN_KINDS).default("internal"),
  start_time_unix_nano: nano,
  end_time_unix_nano: nano,
  status: z.object({ code: z.enum(STATUS_CODES), message: z.string().optional() }).default({ code: "unset" }),
  attributes: attributes.default({}),
  events: z.array(z.object({ name: z.string(), time_unix_nano: nano, attributes: attributes.default({}) })).default([]),
  links: z.array(z.object({ trace_id: hex(32), span_id: hex(16), attributes: attributes.default({}) })).default([]),
  resource: attributes.default({}),
  scope: z.object({ name: z.string(), version: z.string().default("") }).default({ name: "", version: "" }),
});
export type SentSpan = z.infer<typeof spanSchema>;

/** What Runlight adds to AG-UI's types, in the same spelling. */
const OURS: { [type: string]: z.ZodType } = {
  SPAN: spanSchema,
  /** A span that began and has not ended: what runs can be seen while it runs. */
  SPAN_STARTED: spanSchema.omit({ end_time_unix_nano: true }),
  RUN_CANCELLED: z.looseObject({ reason: z.string().max(10_000).optional() }),
  ARTIFACT_CREATED: z.looseObject({ artifact_id: text, name: text }),
  CLARIFICATION_NEEDED: z.looseObject({ question: text }),
  CLARIFICATION_GIVEN: z.looseObject({ answer: z.json() }),
  REASONING_STEP: z.looseObject({ step: z.number().int().min(1), thought: longText, confidence: score.optional() }),
  SYNTHESIS_UPDATED: z.looseObject({ synthesis: longText, version: z.number().int().min(1).optional() }),
  BIAS_DETECTED: z.looseObject({ bias: text, severity: score.optional() }),
  MONITOR_FLAGGED: z.looseObject({ monitor: text, reason: text }),
  NOTE_ADDED: z.looseObject({ text, author: label.optional(), span_id: hex(16).optional() }),
  SCORE_ADDED: z.looseObject({
    name: label,
    value: z.union([z.number(), z.string().max(1_000), z.boolean()]),
    comment: text.optional(),
    author: label.optional(),
    span_id: hex(16).optional(),
  }),
};

const AG_UI: ReadonlySet<string> = new Set(EventSchema.def.options.map((option) => option.shape.type.value));

/** Types that name the run and its thread once more. */
const WHOLE_RUN: ReadonlySet<string> = new Set(["RUN_STARTED", "RUN_FINISHED"]);

/** Every type that can be sent. */
export const EVENT_TYPES: readonly string[] = [...AG_UI, ...Object.keys(OURS)].sort();

export type CheckedData = { data: { [field: string]: unknown } } | { problem: string };

/**
 * Checks an event's data against its type's schema.
 * @param defaults `threadId` and `runId`, which the address of the run already says
 */
export function checkData(type: string, data: unknown, defaults: { [field: string]: unknown } = {}): CheckedData {
  if (typeof data !== "object" || data === null || Array.isArray(data)) return { problem: "data must be an object" };
  const ours = Object.hasOwn(OURS, type) ? OURS[type] : undefined;
  if (ours) return result(ours.safeParse(data));
  if (!AG_UI.has(type)) {
    return { problem: `unknown type "${type.slice(0, 60)}"; for events of your own use CUSTOM with {name, value}` };
  }
  // AG-UI's events are flat; here the type stands beside the data.
  const known = WHOLE_RUN.has(type) ? defaults : {};
  const checked = result(EventSchema.safeParse({ ...known, ...data, type }));
  if ("problem" in checked) return checked;
  const { type: _, ...rest } = checked.data;
  return { data: rest };
}

function result(parsed: z.ZodSafeParseResult<unknown>): CheckedData {
  if (parsed.success) return { data: parsed.data as { [field: string]: unknown } };
  const problems = parsed.error.issues.map((issue) => `data.${issue.path.join(".")}: ${issue.message}`);
  return { problem: problems.join("; ").slice(0, 500) };
}
