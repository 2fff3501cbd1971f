import { type Page, send } from "#lib/api.ts";
import { anyId } from "#lib/session-path.ts";
import type { Finding, ReasoningStep, Synthesis } from "../../../../../src/domain/sessions/reasoning-schema.ts";

export type { Finding, ReasoningStep, Synthesis };
export type Bias = Extract<Finding, { kind: "bias" }>;
export type Flag = Extract<Finding, { kind: "monitor" }>;

/** What the lists of a reasoning session hold. */
export interface Rows {
  steps: ReasoningStep;
  synthesis: Synthesis;
  findings: Finding;
}

const PAGE = 500;
/** Rows of one list that a page takes: beyond it no reader looks at them side by side. */
const MOST_PAGES = 10;

const at = (id: string) => `/api/sessions/${anyId(id)}`;

/** All rows of a list, oldest first. */
export async function readRows<Of extends keyof Rows>(id: string, of: Of, signal?: AbortSignal): Promise<Rows[Of][]> {
  const rows: Rows[Of][] = [];
  let cursor: string | null = null;
  for (let page = 0; page < MOST_PAGES; page++) {
    const query: URLSearchParams = new URLSearchParams({ limit: String(PAGE), ...(cursor === null ? {} : { cursor }) });
    const { data, next_cursor } = await send<Page<Rows[Of]>>(`${at(id)}/${of}?${query}`, { signal });
    rows.push(...data);
    cursor = next_cursor;
    if (cursor === null) break;
  }
  return rows;
}

export const subscribePath = (id: string, after: number) => `${at(id)}/subscribe?after=${after}`;
