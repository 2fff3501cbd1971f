import { count } from "./format.ts";

interface Tokens {
  input_tokens: number | null;
  cached_input_tokens: number | null;
  /** A span's row does not have it, its detail does. */
  cache_write_tokens?: number | null;
  output_tokens: number | null;
  reasoning_tokens: number | null;
}

/** The parts of the input that are more than none: "1,024 cached, 12 cache write"; "" if there are none. */
export function inputParts({ cached_input_tokens: cached, cache_write_tokens: written }: Tokens): string {
  return [cached && `${count(cached)} cached`, written && `${count(written)} cache write`].filter(Boolean).join(", ");
}

export function outputParts({ reasoning_tokens: reasoning }: Tokens): string {
  return reasoning ? `${count(reasoning)} reasoning` : "";
}

export interface TokenRow {
  label: string;
  tokens: number;
  /** 0 to 1 of the sum that it is a part of; null for the sums. */
  share: number | null;
}

/** Input and output with their parts; what was not reported is left out, what was reported as none is not. */
export function tokenRows(of: Tokens): TokenRow[] {
  const rows: TokenRow[] = [];
  const add = (label: string, tokens: number | null | undefined, whole: number | null = null) => {
    if (tokens == null) return;
    rows.push({ label, tokens, share: whole ? tokens / whole : null });
  };
  add("Input", of.input_tokens);
  add("of which cached", of.cached_input_tokens, of.input_tokens);
  add("of which cache write", of.cache_write_tokens, of.input_tokens);
  add("Output", of.output_tokens);
  add("of which reasoning", of.reasoning_tokens, of.output_tokens);
  return rows;
}
