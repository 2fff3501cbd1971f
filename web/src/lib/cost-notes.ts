import type { UnpricedReason } from "../../../src/events/span.ts";
import type { LlmCall, Run, Session, SpanDetail, SpanRow } from "./api.ts";
import { counted } from "./format.ts";
import { callCost, runCost, sessionCost, usd, usdExact } from "./money.ts";

/** What a cost is of. A span's row says less than its detail, which comes a moment later. */
export type CostSource =
  | { of: "run"; run: RunCosts }
  | { of: "session"; session: Session }
  | { of: "call"; call: SpanRow | SpanDetail | LlmCall };

/** What a run says of its cost; the calls of one model of a run say the same. */
export type RunCosts = Pick<
  Run,
  | "llm_call_count"
  | "cost_usd"
  | "known_cost_usd"
  | "unpriced_call_count"
  | "unpriced"
  | "price_version"
  | "client_cost_usd"
>;

export interface CostLine {
  kind: string;
  tokens: number;
  usdPerMtok: number;
  usd: number;
}

/** What stands behind a cost, in the order in which it is read. */
export interface CostNotes {
  title: string;
  lines: CostLine[];
  /** What a service tier makes of the lines' sum. */
  factor: string | null;
  /** Why something is not known. */
  reasons: { calls: string | null; text: string }[];
  facts: string[];
}

const OWN_PRICE = "Set your own price with PUT /api/prices.";

/** One sentence for each reason, and what to do about it. */
export const REASONS: Record<UnpricedReason, string> = {
  no_model: "The client did not say which model was called. Send gen_ai.request.model.",
  no_usage: "The client reported no token counts (a stream without usage). Turn on usage in the client.",
  partial_usage: "The client reported only a part of the token counts. Turn on the whole usage in the client.",
  unknown_provider: `The price list does not know this provider, or it was not named. ${OWN_PRICE}`,
  unknown_model: `The price list has no such model. ${OWN_PRICE}`,
  no_token_price: `The price list knows this model, but not what its tokens cost. ${OWN_PRICE}`,
  local_model: `This model runs on your own machine: it has no list price. ${OWN_PRICE}`,
  service_tier: `The call ran in a service tier that has no list price. ${OWN_PRICE}`,
  refused: "The provider refused the call and gave nothing: it is not billed.",
};

type LineKind = NonNullable<SpanDetail["cost_basis"]>["lines"][number]["kind"];

const LINE_KINDS: Record<LineKind, string> = {
  input: "Input",
  input_audio: "Input, audio",
  cached_input: "Input, cached",
  cache_write: "Cache write",
  cache_write_1h: "Cache write, 1 hour",
  output: "Output",
  output_audio: "Output, audio",
  reasoning: "Reasoning",
};

export function costNotes(source: CostSource): CostNotes {
  switch (source.of) {
    case "run":
      return runNotes(source.run);
    case "session":
      return sessionNotes(source.session);
    case "call":
      return callNotes(source.call);
  }
}

function runNotes(run: RunCosts): CostNotes {
  const view = runCost(run);
  const reasons = Object.entries(run.unpriced).map(([reason, calls]) => ({
    calls: counted(calls, "call"),
    text: sentence(reason),
  }));
  const sum = run.cost_usd ?? run.known_cost_usd;
  return {
    title: titleOf(view.kind, sum),
    lines: [],
    factor: null,
    reasons,
    facts: present([
      view.note && `${capital(view.note)}.`,
      sum !== null && run.price_version && pricedBy(run.price_version),
      run.client_cost_usd !== null && clientSays(run.client_cost_usd, run.cost_usd),
    ]),
  };
}

function sessionNotes(session: Session): CostNotes {
  const view = sessionCost(session);
  const open = session.unpriced_run_count > 0;
  return {
    title: titleOf(view.kind, session.cost_usd ?? session.known_cost_usd),
    lines: [],
    factor: null,
    reasons: [],
    facts: present([
      view.note && `${capital(view.note)}.`,
      open && "Each of these runs says why its cost is not known.",
    ]),
  };
}

function callNotes(call: SpanRow | SpanDetail | LlmCall): CostNotes {
  const view = callCost(call);
  const basis = "cost_basis" in call ? call.cost_basis : null;
  const version = "price_version" in call ? call.price_version : null;
  const said = "client_cost_usd" in call ? call.client_cost_usd : null;
  return {
    title: titleOf(view.kind, call.cost_usd),
    lines: (basis?.lines ?? []).map(({ kind, tokens, usd_per_mtok }) => ({
      kind: LINE_KINDS[kind] ?? kind,
      tokens,
      usdPerMtok: usd_per_mtok,
      usd: (tokens * usd_per_mtok) / 1e6,
    })),
    factor:
      basis && basis.factor !== 1 ? tierWords(basis.factor, "service_tier" in call ? call.service_tier : null) : null,
    reasons: call.unpriced === null ? [] : [{ calls: null, text: sentence(call.unpriced) }],
    facts: present([
      basis && `Priced as ${basis.priced_as}.`,
      call.cost_usd !== null && version && pricedBy(version),
      call.cost_usd !== null &&
        version &&
        !basis &&
        "cost_basis" in call &&
        "That list is no longer at hand, so its rates are not shown.",
      said !== null && clientSays(said, call.cost_usd),
    ]),
  };
}

function titleOf(kind: string, sum: number | null): string {
  switch (kind) {
    case "known":
      return `Cost ${usdExact(sum ?? 0)}`;
    case "partly":
      return `Cost at least ${usdExact(sum ?? 0)}`;
    case "unknown":
      return "Cost unknown";
    case "unbilled":
      return "Not billed";
    default:
      return "No cost";
  }
}

/** A newer API may know reasons that this page does not. */
function sentence(reason: string): string {
  return Object.hasOwn(REASONS, reason) ? REASONS[reason as UnpricedReason] : `The cost is not known: ${reason}.`;
}

/** A price list by its name: "project@3" is the third of the project's own. A sum may be by several. */
export function listNames(versions: string): string {
  const names = versions.split(", ").map((version) => {
    const own = /^project@(\d+)$/.exec(version);
    return own ? `your own prices, version ${own[1]}` : version;
  });
  return names.length < 2 ? names.join() : `${names.slice(0, -1).join("; ")} and ${names.at(-1)}`;
}

const pricedBy = (versions: string) => `Price list: ${listNames(versions)}.`;

/** Beyond this share the two figures count as different; below it lies what rounding and small tiers do. */
const NOTABLE = 0.01;

/** The sender's own figure, and how far it is from ours if both are of the whole. */
export function clientSays(theirs: number, ours: number | null): string {
  const said = `The client says ${usd(theirs)}`;
  if (ours === null || ours === 0) return `${said}.`;
  const by = (theirs - ours) / ours;
  if (Math.abs(by) <= NOTABLE) return `${said}.`;
  return `${said}, ${percent(Math.abs(by))} ${by > 0 ? "more" : "less"}.`;
}

function percent(share: number): string {
  const value = share * 100;
  return `${value < 10 ? value.toFixed(1) : Math.round(value).toLocaleString("en-US")}%`;
}

/** "batch: half price". */
function tierWords(factor: number, tier: string | null): string {
  return `${tier ?? "service tier"}: ${factor === 0.5 ? "half price" : `× ${factor}`}`;
}

function present(texts: (string | null | false | undefined)[]): string[] {
  return texts.filter((text): text is string => Boolean(text));
}

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);
