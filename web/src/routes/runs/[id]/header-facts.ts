import type { Run } from "#lib/api.ts";

/** Names that stand in the header at once; the others are behind its button. */
const MOST_NAMES = 3;
/** Metadata that is short enough for the header's line. */
const MOST_ENTRIES = 2;
const MOST_CHARS = 60;

export interface NameList {
  label: string;
  /** Those in the header's line. */
  shown: string[];
  /** How many more there are. */
  more: number;
  all: string[];
}

/** Who and what took part in a run, by kind; kinds that did not are left out. */
export function nameLists(run: Pick<Run, "agents" | "tools" | "prompts">): NameList[] {
  const lists = [
    ["Agents", run.agents],
    ["Tools", run.tools],
    ["Prompts", run.prompts],
  ] as const;
  return lists
    .filter(([, all]) => all.length > 0)
    .map(([label, all]) => ({
      label: all.length === 1 ? label.slice(0, -1) : label,
      shown: all.slice(0, MOST_NAMES),
      more: Math.max(0, all.length - MOST_NAMES),
      all,
    }));
}

/** Metadata as texts, in the order of the keys. */
export function metadataTexts(metadata: Run["metadata"]): [key: string, text: string][] {
  return Object.entries(metadata)
    .map(([key, value]): [string, string] => [key, typeof value === "string" ? value : (JSON.stringify(value) ?? "")])
    .sort(([a], [b]) => (a < b ? -1 : 1));
}

/** Whether metadata is short enough to stand in a line. */
export function fitsLine(entries: [string, string][]): boolean {
  return entries.length <= MOST_ENTRIES && entries.flat().join("").length <= MOST_CHARS;
}
