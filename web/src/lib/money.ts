import type { Run, Session } from "./api.ts";
import { counted } from "./format.ts";

/** The smallest sum that the API knows: a billionth of a dollar. */
const MOST_DECIMALS = 9;
/** So that costs of about a cent, which are the usual ones, stand below each other by their digits. */
const USUAL_DECIMALS = 4;

/** US dollars with at least two significant digits: "$0.000012", "$0.0123", "$1,234.50". Unknown is unknown: never 0. */
export function usd(value: number | null): string {
  if (value === null || !Number.isFinite(value)) return "unknown";
  if (value === 0) return "$0";
  if (value < 0) return `−${usd(-value)}`;
  // What would be rounded to a dollar is written as one.
  if (value < 0.99995) return `$${value.toFixed(decimals(value))}`;
  return `$${value.toLocaleString("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2 })}`;
}

function decimals(value: number): number {
  const forTwoDigits = 1 - Math.floor(Math.log10(value));
  return Math.min(MOST_DECIMALS, Math.max(USUAL_DECIMALS, forTwoDigits));
}

/** Dollars without rounding, at least to the cent: "$0.0123456", "$12.00". */
export function usdExact(value: number): string {
  const [whole = "0", fraction = ""] = Math.abs(value).toFixed(MOST_DECIMALS).split(".");
  const digits = fraction.replace(/0+$/, "").padEnd(value === 0 ? 0 : 2, "0");
  return `${value < 0 ? "−" : ""}$${Number(whole).toLocaleString("en-US")}${digits ? `.${digits}` : ""}`;
}

/** A cost as a page shows it. */
export interface CostView {
  /** `none`: nothing in it could cost. `partly`: some of it is known. `unbilled`: all calls were refused. */
  kind: "none" | "known" | "partly" | "unknown" | "unbilled";
  text: string;
  /** How much is not known: "2 of 10 calls unknown". */
  note: string | null;
}

type RunCost = Pick<Run, "llm_call_count" | "cost_usd" | "known_cost_usd" | "unpriced_call_count" | "unpriced">;

export function runCost(run: RunCost): CostView {
  if (run.cost_usd !== null) return { kind: "known", text: usd(run.cost_usd), note: null };
  if (run.llm_call_count === 0) return NONE;
  const unknown = run.unpriced_call_count - (run.unpriced.refused ?? 0);
  if (unknown <= 0 && run.unpriced_call_count > 0) return { kind: "unbilled", text: "not billed", note: null };
  return unknownCost(run.known_cost_usd, unknown, run.llm_call_count, "call");
}

type SessionCost = Pick<Session, "llm_call_count" | "cost_usd" | "known_cost_usd" | "unpriced_run_count" | "run_count">;

export function sessionCost(session: SessionCost): CostView {
  if (session.cost_usd !== null) return { kind: "known", text: usd(session.cost_usd), note: null };
  if (session.llm_call_count === 0) return NONE;
  return unknownCost(session.known_cost_usd, session.unpriced_run_count, session.run_count, "run");
}

/** @param call null for a span that is no call */
export function callCost(call: { cost_usd: number | null; unpriced: string | null }): CostView {
  if (call.cost_usd !== null) return { kind: "known", text: usd(call.cost_usd), note: null };
  if (call.unpriced === null) return NONE;
  if (call.unpriced === "refused") return { kind: "unbilled", text: "not billed", note: null };
  return { kind: "unknown", text: "unknown", note: null };
}

const NONE: CostView = { kind: "none", text: "–", note: null };

/** A known part of nothing says nothing: only a sum above 0 is a lower bound worth reading. */
function unknownCost(known: number | null, unknown: number, all: number, noun: string): CostView {
  const note = `${unknown} of ${counted(all, noun)} unknown`;
  if (known === null || known <= 0) return { kind: "unknown", text: "unknown", note: all > unknown ? note : null };
  return { kind: "partly", text: `≥ ${usd(known)}`, note };
}
