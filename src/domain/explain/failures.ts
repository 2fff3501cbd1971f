import { causesOf, type Failure } from "../errors/failure.ts";
import { causeOf, groupFailures } from "../errors/group.ts";
import type { ErrorGroup } from "../errors/schema.ts";
import { type Finding, idsOf, inWords, rounded } from "./finding.ts";
import { actOf, type Step } from "./step.ts";

/** Characters of an error's message. */
const MESSAGE_CHARS = 300;

/** What failed by cause and what came after, and what was tried again. */
export function failureFindings(steps: readonly Step[], failures: readonly Failure[]): Finding[] {
  const byId = new Map(steps.map((step) => [step.span_id, step]));
  const next = nextLikeThese(steps);
  const causes = [...Map.groupBy(causesOf(failures), causeOf).values()].sort((a, b) => b.length - a.length);
  return [...causes.map((its) => failed(its, byId, next)), ...retries(steps, next)];
}

/** The next act of the same kind under the same parent that began after a span. */
type Next = (step: Step) => Step | undefined;

function nextLikeThese(steps: readonly Step[]): Next {
  const next = new Map<Step, Step>();
  const alike = Map.groupBy(steps, (step) => JSON.stringify([step.parent_span_id, actOf(step)]));
  for (const some of alike.values()) {
    const inOrder = some.toSorted((a, b) => a.from - b.from);
    for (const [n, step] of inOrder.entries()) {
      const later = inOrder[n + 1];
      // What began while it ran was not done because it failed.
      if (later !== undefined && later.from >= (step.to ?? step.from)) next.set(step, later);
    }
  }
  return (step) => next.get(step);
}

function failed(causes: Failure[], byId: ReadonlyMap<string, Step>, next: Next): Finding {
  const [group] = groupFailures(causes) as [ErrorGroup];
  const steps = causes.flatMap(({ span_id }) => byId.get(span_id ?? "") ?? []);
  const recovered = steps.filter((step) => endOfTries(step, next).status !== "error");
  const message = group.examples[0]?.message.slice(0, MESSAGE_CHARS) || "no message";
  return {
    kind: "failed",
    severity: steps.length > 0 && recovered.length === steps.length ? "medium" : "high",
    what: `${steps[0]?.name ?? "The run"} failed${causes.length > 1 ? ` ${causes.length} times` : ""}: ${group.exception ? `${group.exception}: ` : ""}${message}. ${consequence(steps, next, byId)}`,
    span_ids: idsOf(steps),
    numbers: { failed_count: causes.length, recovered_count: recovered.length },
    suggestion: adviceFor(message, group.exception),
  };
}

/** What became of a failed act after all tries. */
function endOfTries(step: Step, next: Next): Step {
  let last = step;
  for (let later = next(last); last.status === "error" && later; later = next(last)) last = later;
  return last;
}

function consequence(steps: Step[], next: Next, byId: ReadonlyMap<string, Step>): string {
  const last = steps.toSorted((a, b) => b.from - a.from)[0];
  if (last === undefined) return "The run itself says so; no span of it does.";
  const again = next(last);
  if (again !== undefined) {
    return `It was done again ${inWords(again.from - (last.to ?? last.from))} later (${again.span_id}), and ${again.status === "error" ? "failed again" : "went well"}.`;
  }
  const above: string[] = [];
  const seen = new Set([last.span_id]);
  for (
    let up = byId.get(last.parent_span_id ?? "");
    up && !seen.has(up.span_id);
    up = byId.get(up.parent_span_id ?? "")
  ) {
    seen.add(up.span_id);
    if (up.status !== "error") break;
    above.push(up.name);
  }
  if (above.length > 0) return `${above.slice(0, 3).join(", then ")} failed with it.`;
  const later = [...byId.values()]
    .filter(({ from }) => from >= (last.to ?? last.from))
    .sort((a, b) => a.from - b.from)[0];
  return later ? `It was not tried again; ${later.name} (${later.span_id}) came next.` : "Nothing came after it.";
}

function adviceFor(message: string, exception: string | null): string {
  const text = `${exception ?? ""} ${message}`.toLowerCase();
  if (/rate.?limit|429|too many requests|quota|overloaded|529/.test(text)) {
    return "Wait longer between tries (exponentially, and as Retry-After says), send less at once, or ask for a higher limit.";
  }
  if (/time.?out|timed out|deadline/.test(text))
    return "Raise the time limit, make the step smaller, or try it once more.";
  if (/context.{0,20}length|maximum context|too many tokens|token limit/.test(text)) {
    return "The input is too long for the model: shorten the history or what tools return, or take a model with a larger context.";
  }
  if (/unauthori|forbidden|\b40[13]\b|api.?key|permission/.test(text))
    return "Check the key and what it is allowed to do.";
  if (/json|parse|schema|validation/.test(text)) {
    return "What the model wrote did not fit: ask for structured output, and hand the error back to the model.";
  }
  if (/connect|refused|network|dns|50[0-4]|unavailable/.test(text))
    return "Try again after a pause, and give the model the error if it lasts.";
  return "get_span shows what it was given; find_errors says whether it happens in other runs too.";
}

/** Acts that failed and were done again, and what that took. */
function retries(steps: readonly Step[], next: Next): Finding[] {
  const seen = new Set<Step>();
  return steps
    .toSorted((a, b) => a.from - b.from)
    .flatMap((first): Finding[] => {
      if (first.status !== "error" || seen.has(first) || next(first) === undefined) return [];
      const tries = [first];
      for (let again = next(first); again && tries.at(-1)?.status === "error"; again = next(again)) tries.push(again);
      for (const each of tries) seen.add(each);
      const last = tries.at(-1) as Step;
      const failures = tries.filter(({ status }) => status === "error");
      const usd = failures.reduce((sum, { cost_usd, counted }) => sum + (counted ? (cost_usd ?? 0) : 0), 0);
      const lost = last.from - first.from;
      return [
        {
          kind: "retried",
          severity: last.status === "error" ? "high" : failures.length > 2 ? "medium" : "low",
          what: `${first.name} was tried ${tries.length} times, and the last try ${last.status === "error" ? "failed as well" : "went well"}; it began ${inWords(lost)} after the first.`,
          span_ids: idsOf(tries),
          numbers: {
            tries_count: tries.length,
            failed_count: failures.length,
            lost_ms: rounded(lost),
            ...(usd > 0 ? { failed_usd: usd } : {}),
          },
          suggestion: "See why the first try failed: what is tried again unchanged mostly costs time.",
        },
      ];
    });
}
