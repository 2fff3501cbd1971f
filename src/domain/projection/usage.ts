import { type CallFact, type Links, NO_SPAN } from "../../events/delta.ts";

/**
 * Which calls are real. Frameworks wrap a model call in spans that repeat its tokens; counted along they would double every
 * sum. A call is a wrapper if a descendant carries usage, or, having none itself, if a descendant is a call at all.
 * A sender may say that a call is its own (SpanFacts.own_call). Needs the links of the whole run, as plain spans may lie between a wrapper and the call.
 * @returns the span ids of the calls that count
 */
export function countedCalls(calls: readonly CallFact[], links: readonly Links[]): Set<string> {
  if (calls.length < 2) return new Set(calls.map((call) => call.span_id));
  const parents = new Map<string, string>();
  for (const part of links) {
    for (let at = 0; at < part.length; at += 32) parents.set(part.slice(at, at + 16), part.slice(at + 16, at + 32));
  }
  const overUsage = new Set<string>();
  const overCall = new Set<string>();
  for (const call of calls) markAncestors(call.span_id, parents, call.usage === null ? overCall : overUsage);
  const counted = new Set<string>();
  for (const call of calls) {
    const wrapper = overUsage.has(call.span_id) || (call.usage === null && overCall.has(call.span_id));
    if (!wrapper || call.own_call) counted.add(call.span_id);
  }
  return counted;
}

/** Marks all ancestors. Stops at a marked one, whose ancestors are marked too: the whole walk is linear and cycles end. */
function markAncestors(spanId: string, parents: ReadonlyMap<string, string>, marked: Set<string>): void {
  let id = parents.get(spanId);
  while (id !== undefined && id !== NO_SPAN && id !== spanId && !marked.has(id)) {
    marked.add(id);
    id = parents.get(id);
  }
}
