import type { CallFact } from "../../events/delta.ts";
import type { Nano } from "../../events/nano.ts";
import type { StepKind, TokenUsage, UnpricedReason } from "../../events/span.ts";

/**
 * Calls of a group at the most. SQL makes a group's text anew for each of its calls, so that long groups would take the
 * square of their length; and from here on what they share weighs little.
 */
const GROUP_CALLS = 16;

const COUNTED = 1;
const FAILED = 2;
const REFUSED = 4;
const OWN_CALL = 8;
const HAS_USAGE = 16;

/** What the calls of a group share. */
type Shared = [
  name: string,
  step: StepKind,
  operation: string | null,
  model: string | null,
  provider: string | null,
  price_version: string | null,
  service_tier?: string,
];

/** What a call has of its own. `took` is nanoseconds, or, where these are unknown or no safe number, the end as text. */
type Own = [
  span_id: string,
  parent_span_id: string | null,
  flags: number,
  start: Nano,
  took: number | Nano,
  cost_nano_usd: number | null,
  input: number | null,
  output: number | null,
  more?: More,
];

/** What few calls have; null and absent are the same. */
interface More extends Partial<Omit<TokenUsage, "input" | "output">> {
  time_to_first_token_ms?: number | null;
  unpriced?: UnpricedReason | null;
  client_cost_nano_usd?: number | null;
}

/** Calls with what they share. */
export type CallGroup = [Shared, Own[]];

/**
 * The model calls of a part as `segments.calls` holds them in JSON: short, because a row of more than 1,000 bytes takes another
 * page of its own. The view `llm_calls` (src/db/schema/llm-calls.ts) reads the same. A part's calls with all they share are
 * shorter than its deltas, which were a row of its log, and so they are shorter than D1's 2 MB.
 * @param counted span ids of the calls that count; @returns null if there are none
 */
export function groupCalls(calls: readonly CallFact[], counted: ReadonlySet<string>): CallGroup[] | null {
  if (calls.length === 0) return null;
  const open = new Map<string, CallGroup>();
  const groups: CallGroup[] = [];
  for (const call of calls) {
    const shared = sharedOf(call);
    const key = calls.length === 1 ? "" : JSON.stringify(shared);
    let group = open.get(key);
    if (!group || group[1].length === GROUP_CALLS) {
      group = [shared, []];
      groups.push(group);
      open.set(key, group);
    }
    group[1].push(ownOf(call, counted.has(call.span_id)));
  }
  return groups;
}

/** A call as it is stored, and whether it counts. */
export interface StoredCall {
  call: CallFact;
  counted: boolean;
}

/** The reverse of `groupCalls`, from its JSON. The calls come by their groups. */
export function readCalls(json: string | null): StoredCall[] {
  if (json === null) return [];
  return (JSON.parse(json) as CallGroup[]).flatMap(([shared, own]) => own.map((each) => storedCall(shared, each)));
}

function sharedOf({ name, step, operation, model, provider, price_version, service_tier }: CallFact): Shared {
  const shared: Shared = [name, step, operation, model, provider, price_version];
  if (service_tier !== undefined) shared.push(service_tier);
  return shared;
}

function ownOf(call: CallFact, counted: boolean): Own {
  const { usage } = call;
  const flags =
    (counted ? COUNTED : 0) |
    (call.status === "error" ? FAILED : 0) |
    (call.refused ? REFUSED : 0) |
    (call.own_call ? OWN_CALL : 0) |
    (usage ? HAS_USAGE : 0);
  const { input = null, output = null, ...tokens } = usage ?? {};
  const { time_to_first_token_ms, unpriced, client_cost_nano_usd } = call;
  const more: [string, unknown][] = Object.entries({
    ...tokens,
    time_to_first_token_ms,
    unpriced,
    client_cost_nano_usd,
  });
  const known = more.filter(([, value]) => value !== null && value !== undefined);
  const own: Own = [
    call.span_id,
    call.parent_span_id,
    flags,
    call.start,
    tookOf(call.start, call.end),
    call.cost_nano_usd,
    input,
    output,
  ];
  if (known.length > 0) own.push(Object.fromEntries(known) as More);
  return own;
}

function tookOf(start: Nano, end: Nano): number | Nano {
  if (start === "0" || end === "0") return end;
  const took = Number(BigInt(end) - BigInt(start));
  return took >= 0 && Number.isSafeInteger(took) ? took : end;
}

function storedCall([name, step, operation, model, provider, price_version, tier]: Shared, own: Own): StoredCall {
  const [span_id, parent_span_id, flags, start, took, cost_nano_usd, input, output, more = {}] = own;
  const { time_to_first_token_ms = null, unpriced = null, client_cost_nano_usd = null, ...tokens } = more;
  const usage = { input, cached: null, cache_write: null, output, reasoning: null, ...tokens };
  const call: CallFact = {
    span_id,
    parent_span_id,
    name,
    step,
    operation,
    model,
    provider,
    status: flags & FAILED ? "error" : "ok",
    start,
    end: typeof took === "number" ? String(BigInt(start) + BigInt(took)) : took,
    time_to_first_token_ms,
    usage: flags & HAS_USAGE ? usage : null,
    cost_nano_usd,
    price_version,
    unpriced,
    client_cost_nano_usd,
    ...(tier === undefined ? {} : { service_tier: tier }),
    ...(flags & REFUSED ? { refused: true as const } : {}),
    ...(flags & OWN_CALL ? { own_call: true as const } : {}),
  };
  return { call, counted: (flags & COUNTED) !== 0 };
}
