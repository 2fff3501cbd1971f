import { ownTimes, type Stretch } from "./critical-path.ts";
import { type Finding, idsOf, inWords, percent, rounded, severityOf } from "./finding.ts";
import type { Step } from "./step.ts";

/** Share of a run's duration from which on a span or a gap is worth a word. */
const LEAST_SHARE = 0.2;
const LEAST_GAP_SHARE = 0.1;

/** Milliseconds below which a gap is nothing but the time between two lines of code. */
const LEAST_GAP_MS = 100;

/** Findings of one kind. */
const MOST = 3;

/** Which spans take a run's time, and where nothing that was recorded ran. @param total milliseconds of the run */
export function latencyFindings(path: readonly Stretch[], total: number): Finding[] {
  if (total <= 0) return [];
  return [...slowSpans(path, total), ...gaps(path, total)];
}

function slowSpans(path: readonly Stretch[], total: number): Finding[] {
  const working = ownTimes(path.filter(({ idle }) => !idle));
  return working
    .filter(({ ms }) => ms / total >= LEAST_SHARE)
    .slice(0, MOST)
    .map(({ step, ms }) => ({
      kind: "slow_span",
      severity: severityOf(ms / total),
      what: `${step.name} kept the run waiting ${inWords(ms)} of ${inWords(total)} (${percent(ms / total)}).`,
      span_ids: idsOf([step]),
      numbers: { own_ms: rounded(ms), run_ms: rounded(total), share_percent: rounded((ms / total) * 100) },
      suggestion: adviceFor(step),
    }));
}

function adviceFor({ step, time_to_first_token_ms: first, duration_ms: whole, output_tokens: output }: Step): string {
  switch (step) {
    case "llm":
      if (first !== null && whole !== null && first > whole / 2) {
        return "Most of it passed before the first token: shorten or cache the prompt, think less, or take a quicker model.";
      }
      return `Ask for a shorter answer${output === null ? "" : ` than ${output} tokens`}, take a quicker model, or do it beside other steps.`;
    case "tool":
    case "retriever":
    case "reranker":
      return "Give it a time limit, cache what it answers, or run it beside other steps that do not need its answer.";
    case "embedding":
      return "Embed several texts in one call, or keep what was embedded before.";
    default:
      return "Nothing is recorded inside of it: add spans there to see what takes the time.";
  }
}

function gaps(path: readonly Stretch[], total: number): Finding[] {
  return path
    .filter(({ idle, from, to }) => idle && to - from >= Math.max(LEAST_GAP_MS, total * LEAST_GAP_SHARE))
    .sort((a, b) => b.to - b.from - (a.to - a.from))
    .slice(0, MOST)
    .map(({ step, from, to }) => ({
      kind: "gap",
      severity: severityOf((to - from) / total),
      what: `For ${inWords(to - from)} (${percent((to - from) / total)}) nothing that was recorded ran${step ? ` inside ${step.name}` : ""}, from ${inWords(from)} after the start on.`,
      span_ids: step ? idsOf([step]) : [],
      numbers: {
        gap_ms: rounded(to - from),
        from_ms: rounded(from),
        share_percent: rounded(((to - from) / total) * 100),
      },
      suggestion:
        "Look for waiting there (a queue, a person, a lock, a sleep between tries), or add spans that show what ran.",
    }));
}
