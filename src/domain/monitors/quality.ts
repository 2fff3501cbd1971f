import type { Finding, Severity, Sign } from "./finding.ts";
import { shingles } from "./likeness.ts";
import { listed, type ReadStep, rounded, spansOf } from "./read-step.ts";
import { termsOf } from "./terms.ts";
import { THRESHOLDS } from "./thresholds.ts";

const { quality: T, pattern } = THRESHOLDS;

/** What models say when they do not do it. */
const REFUSAL = new RegExp(
  [
    "\\bi(?:'m| am) (?:sorry|afraid|unable)\\b[^.]{0,40}\\b(?:can(?:'t|not)|unable|not able|won't|not comfortable)",
    "\\bi(?:'m| am) (?:unable|not able) to (?:help|assist|comply|fulfil|provide|continue|answer|complete|process|do)",
    "\\bi (?:can(?:'t|not)|won't|am not allowed to) (?:help|assist|comply|fulfil|continue|answer|complete|provide|do) ",
    "\\bas an ai\\b[^.]{0,60}\\b(?:can(?:'t|not)|unable|not able|do not|don't)",
    "\\bi must (?:decline|refuse)\\b",
    "(?:tut mir leid|leider)[^.]{0,60}\\b(?:kann|darf) (?:ich|dir|ihnen|dabei)?[^.]{0,60}nicht",
    "(?:désolé|je regrette)[^.]{0,40}je ne (?:peux|suis)",
    "lo siento[^.]{0,40}no puedo",
    "(?:抱歉|对不起|很遗憾)[^。]{0,20}(?:无法|不能)",
    "(?:申し訳|すみません)[^。]{0,30}(?:できません|お答えできない|いたしかねます)",
  ].join("|"),
  "iu",
);

const FAILED = /^\s*(?:error|exception|traceback|fatal|panic|fehler)\b[^\n]{0,40}[:(]/i;

/** Whether answers get worse: shorter, empty, cut, caught in a loop, refused; or failures pile up. */
export function quality(steps: readonly ReadStep[]): Finding[] {
  return [shrinking, looping, empty, truncated, refusing, errors].flatMap((sign) => sign(steps) ?? []);
}

function shrinking(steps: readonly ReadStep[]): Finding | null {
  // An answer to a tool's result may be one word; answers alone are compared.
  const said = steps.filter(
    ({ calls, text, failed, beside }) => !calls?.length && !failed && !beside && text.trim() !== "",
  );
  for (let n = T.before; n + pattern <= said.length; n++) {
    const before = median(said.slice(0, n).map(({ text }) => text.length));
    if (before < T.substance) continue;
    const newest = said.slice(n, n + pattern);
    const longest = Math.max(...newest.map(({ text }) => text.length));
    if (longest >= before * T.shrunk) continue;
    const text = `${listed(newest)} have at most ${longest} characters; the median before them was ${Math.round(before)}.`;
    return found("shrinking", text, "low", rounded(longest / before), T.shrunk, newest);
  }
  return null;
}

function looping(steps: readonly ReadStep[]): Finding | null {
  const stuck: { step: ReadStep; distinct: number }[] = [];
  for (const step of steps) {
    if (isVaried(step.text)) continue;
    const distinct = Math.min(distinctShare(step.terms.words), tailShare(step.text));
    if (distinct < T.distinct) stuck.push({ step, distinct });
  }
  if (stuck.length === 0) return null;
  const least = Math.min(...stuck.map(({ distinct }) => distinct));
  const text = `${listed(stuck.map(({ step }) => step))} repeat${stuck.length === 1 ? "s" : ""} within the text: of the runs of four words only ${Math.round(least * 100)} % differ.`;
  return found(
    "looping_text",
    text,
    stuck.length >= pattern ? "high" : "medium",
    rounded(least),
    T.distinct,
    stuck.map(({ step }) => step),
  );
}

/** Whether a text is far from repeating itself, by a look that costs a fifth of reading its words: most are. */
function isVaried(text: string): boolean {
  if (text.length > THRESHOLDS.chars) return false;
  const words = text.toLowerCase().replace(/\d+/g, "0").split(/\s+/);
  // Where words have no spaces between them these are sentences.
  if (words.length * 20 < text.length) return false;
  const tuples = words.length - 3;
  return tuples < T.tuples / 2 || shingles(words, 4).size >= tuples * T.varied;
}

function distinctShare(words: readonly string[]): number {
  const tuples = words.length - 3;
  if (tuples < T.tuples) return 1;
  // Each new word makes a new tuple: most texts are done with here.
  const different = new Set(words).size - 3;
  if (different >= tuples * T.distinct) return 1;
  return shingles(words, 4).size / tuples;
}

function tailShare(text: string): number {
  if (text.length <= THRESHOLDS.chars) return 1;
  return distinctShare(termsOf(text.slice(-THRESHOLDS.tailChars)).words);
}

function empty(steps: readonly ReadStep[]): Finding | null {
  const nothing = steps.filter(({ text, calls, failed }) => text.trim() === "" && !calls?.length && !failed);
  if (nothing.length < pattern) return null;
  const text = `${listed(nothing)} said nothing and asked for nothing.`;
  return found("empty", text, "medium", nothing.length, pattern, nothing);
}

function truncated(steps: readonly ReadStep[]): Finding | null {
  const cut = steps.filter((step) => step.cut ?? endsInTheMiddle(step));
  const last = steps.at(-1);
  // A cut at the end is what the user got; elsewhere one is a long file.
  const atTheEnd = last?.cut === true;
  if (cut.length < pattern && !atTheEnd) return null;
  const text = atTheEnd
    ? `The last answer was cut at the model's limit${cut.length > 1 ? `, as ${cut.length - 1} before it` : ""}.`
    : `${listed(cut)} end in the middle.`;
  return found("truncated", text, cut.length >= pattern ? "medium" : "low", cut.length, atTheEnd ? 1 : pattern, cut);
}

/** For steps of which nobody said how they ended: a long text whose last line is neither code nor list and ends in a word. */
function endsInTheMiddle({ text, calls }: ReadStep): boolean {
  if (calls?.length || text.length < T.cutChars) return false;
  const line = text.trimEnd().split("\n").at(-1) ?? "";
  if (line.length < 60 || /^\s*(?:[-*#|>\d`]|\/\/)/.test(line) || /[{}=<>`|]/.test(line)) return false;
  return /[\p{Ll},]$/u.test(line);
}

function refusing(steps: readonly ReadStep[]): Finding | null {
  const refused = steps.filter(
    ({ text, calls }) => !calls?.length && REFUSAL.test(text.slice(0, T.refusalChars).replaceAll("’", "'")),
  );
  if (refused.length < T.refusals) return null;
  const text = `${listed(refused)} refuse instead of answering.`;
  return found("refusing", text, refused.length >= pattern ? "medium" : "low", refused.length, T.refusals, refused);
}

function errors(steps: readonly ReadStep[]): Finding | null {
  const isFailure = (step: ReadStep) => step.failed === true || FAILED.test(step.text.slice(0, 200));
  for (let end = pattern; end <= steps.length; end++) {
    const newest = steps.slice(Math.max(0, end - T.errorWindow), end);
    const failed = newest.filter(isFailure);
    if (failed.length < T.errors) continue;
    const all = steps.filter(isFailure);
    const text = `${listed(all)} failed; ${failed.length} of ${newest.length} in a row.`;
    return found("errors", text, all.length >= 2 * T.errors ? "high" : "medium", failed.length, T.errors, all);
  }
  return null;
}

function found(
  sign: Sign,
  text: string,
  severity: Severity,
  score: number,
  threshold: number,
  steps: readonly ReadStep[],
): Finding {
  const first = steps[0];
  return {
    monitor: "quality",
    sign,
    reason: text.charAt(0).toUpperCase() + text.slice(1),
    severity,
    score,
    threshold,
    ...(first ? { step: first.label } : {}),
    ...spansOf(steps),
  };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? (sorted[middle] ?? 0) : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
}
