import { type BiasData, LEVELS, type Level } from "./events.ts";
import { shareOf, textOf, textsOf } from "./json-answer.ts";

/** What is looked for unless the caller says otherwise: the eight of Lux. */
export const BIAS_TYPES = [
  "confirmation_bias",
  "anchoring_bias",
  "availability_bias",
  "reasoning_error",
  "over_generalization",
  "false_equivalence",
  "circular_reasoning",
  "hasty_conclusion",
] as const;

/** What a verifier said of a step. */
export interface BiasCheck {
  detected: boolean;
  /** Of the verifier in its verdict; null = not said. */
  confidence: number | null;
  /** 0 none … 1 severe. */
  score: number;
  /** Of the worst. */
  level: Level;
  biases: FoundBias[];
  suggestions: string[];
  explanation: string | null;
  revise: boolean;
  alternative: string | null;
}

export type FoundBias = Pick<BiasData, "bias" | "severity" | "level" | "explanation" | "suggestion" | "location">;

/** How a verifier is asked: nothing but JSON, as there is no prose that could stand in for it. */
export function biasForm(types: readonly string[]): string {
  return `Look for ${types.join(", ")}, and for what else leads the reasoning astray. Report only what you can point to in the text: a step without a bias is the usual case. Answer with one object of JSON and nothing else:
{
  "bias_detected": true|false,
  "confidence": 0.0-1.0,
  "bias_score": 0.0-1.0,
  "biases": [{"bias_type": "…", "severity": "low|medium|high|critical", "explanation": "why it is one", "location": "the words it shows in", "suggestion": "what to do"}],
  "suggestions": ["what would make the step better"],
  "explanation": "the verdict in two sentences",
  "revision_recommended": true|false,
  "alternative_phrasing": "the step without its biases, or null"
}`;
}

/** Entries that are read of a verdict. */
const MOST = 20;

/** Severities as numbers: in the middle of what the pages call by that word. */
const SEVERITY: { [level in Level]: number } = { none: 0, low: 0.2, medium: 0.45, high: 0.7, critical: 0.95 };

/** Below these a number is called by the word; what is above is critical. */
const BOUNDS: readonly [Level, number][] = [
  ["low", 0.3],
  ["medium", 0.6],
  ["high", 0.85],
];

/** A verdict in a model's JSON; null if there is none in it. */
export function readBiasCheck(json: { [field: string]: unknown } | null): BiasCheck | null {
  if (json === null) return null;
  const listed = json.biases ?? json.biases_found ?? json.bias_types;
  if (typeof json.bias_detected !== "boolean" && typeof json.has_bias !== "boolean" && !Array.isArray(listed))
    return null;
  const biases = Array.isArray(listed) ? listed.slice(0, MOST).flatMap(biasIn) : [];
  const said = json.bias_detected ?? json.has_bias;
  // A list says more than a flag that contradicts it.
  const detected = biases.length > 0 || said === true;
  const worst = biases.reduce((most, { severity }) => Math.max(most, severity), 0);
  const score = detected ? (shareOf(json.bias_score) ?? (worst || SEVERITY.medium)) : 0;
  const level = levelOf(biases.length > 0 ? worst : score);
  return {
    detected,
    confidence: shareOf(json.confidence) ?? null,
    score,
    level,
    biases,
    suggestions: textsOf(json.suggestions),
    explanation: textOf(json.explanation) ?? null,
    revise: typeof json.revision_recommended === "boolean" ? json.revision_recommended : atLeastMedium(level),
    alternative: textOf(json.alternative_phrasing, 10_000) ?? null,
  };
}

export function atLeastMedium(level: Level): boolean {
  return LEVELS.indexOf(level) >= LEVELS.indexOf("medium");
}

function biasIn(item: unknown): FoundBias[] {
  const fields = (typeof item === "object" && item !== null ? item : { bias_type: item }) as {
    [name: string]: unknown;
  };
  const name = textOf(fields.bias_type ?? fields.bias ?? fields.type ?? fields.name, 100);
  if (name === undefined) return [];
  const { severity, level } = gradeOf(fields.severity ?? fields.level);
  if (level === "none") return [];
  const explanation = textOf(fields.explanation ?? fields.description);
  const suggestion = textOf(fields.suggestion);
  const location = textOf(fields.location, 500);
  return [
    {
      bias:
        name
          .toLowerCase()
          .replace(/[^\p{L}\p{N}]+/gu, "_")
          .replace(/^_|_$/g, "") || name,
      severity,
      level,
      ...(explanation === undefined ? {} : { explanation }),
      ...(suggestion === undefined ? {} : { suggestion }),
      ...(location === undefined ? {} : { location }),
    },
  ];
}

/** A severity, which models write as a word or as a number; what is said without one is medium. */
function gradeOf(said: unknown): { severity: number; level: Level } {
  const word = LEVELS.find((level) => typeof said === "string" && said.trim().toLowerCase() === level);
  if (word !== undefined) return { severity: SEVERITY[word], level: word };
  const severity = shareOf(said) ?? SEVERITY.medium;
  return { severity, level: levelOf(severity) };
}

function levelOf(severity: number): Level {
  if (severity <= 0) return "none";
  return BOUNDS.find(([, below]) => severity < below)?.[0] ?? "critical";
}
