import type { Round } from "./round.ts";
import { briefing } from "./scenarios/briefing.ts";
import { codeReview } from "./scenarios/code-review.ts";
import { expenses } from "./scenarios/expenses.ts";
import { flight } from "./scenarios/flight.ts";
import { handbook, handbookAgain } from "./scenarios/handbook.ts";
import { research } from "./scenarios/research.ts";
import { parcel, refund } from "./scenarios/support.ts";
import type { Run } from "./spans.ts";
import type { WrittenRun } from "./written.ts";

export type Scenario = (round: Round) => Run;

/** What a round plays: each scenario, and when it starts. About 70 seconds in all. */
export const PLAN: readonly { startMs: number; scenario: Scenario }[] = [
  { startMs: 0, scenario: research },
  { startMs: 500, scenario: refund },
  { startMs: 5_000, scenario: handbook },
  { startMs: 12_000, scenario: flight },
  { startMs: 16_000, scenario: handbookAgain },
  { startMs: 26_000, scenario: codeReview },
  { startMs: 40_000, scenario: parcel },
  { startMs: 60_000, scenario: expenses },
];

/** Runs that are no trace: their application writes them itself, the children too. */
export const WRITTEN: readonly { startMs: number; scenario: (round: Round) => WrittenRun[] }[] = [
  { startMs: 2_000, scenario: briefing },
];
