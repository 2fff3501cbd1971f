import type { Attributes } from "../../events/span.ts";
import type { FactsDraft } from "./convention.ts";
import { isObject } from "./messages.ts";
import { cut, parseJson } from "./values.ts";

// What the sender attached to a run in its own words. It is copied out of the attributes into the run's summary, so it
// stays small: a document that somebody attached is found on the span.

const MAX_KEYS = 30;
/** Of all keys and values, in UTF-16 units. */
const MAX_CHARS = 4_000;
const MAX_KEY = 200;
/** Of one value; a longer string is cut, a longer list loses its end, a longer object is left out. */
const MAX_VALUE = 500;
/** Longest JSON text that is parsed for its fields: what is longer was not written to be found again. */
const MAX_JSON = 32_000;

/** Keys that conventions read as a fact of their own. */
const KNOWN = new Set([
  "session_id",
  "sessionId",
  "session.id",
  "user_id",
  "userId",
  "user.id",
  "tags",
  // Langfuse's ways through LangChain's metadata and through Vercel's.
  "langfuseSessionId",
  "langfuseUserId",
  "langfuseTags",
  "langfuse_session_id",
  "langfuse_user_id",
  "langfuse_tags",
  "langfusePrompt",
]);

/** Keys that LangChain's users name a conversation by, where they are read as the session. */
export const OF_SESSION: ReadonlySet<string> = new Set(["thread_id", "conversation_id"]);

/** What LangChain and LangGraph put beside the sender's own keys on every run: the model, the node, its checkpoint. */
const OF_LANGCHAIN =
  /^(?:ls_|langgraph_|lc_hub_|lc_agent_name$|checkpoint_(?:ns|id)$|__pregel_|LANGSMITH_|LANGCHAIN_|usage_metadata$|versions$)/;

const DOT = ".".charCodeAt(0);
const NONE: ReadonlySet<string> = new Set();

/**
 * Adds the attributes below a prefix, by their names without it. It looks at every key of the span: for spans that are
 * known to speak the convention.
 */
export function addMetadataBelow(
  draft: FactsDraft,
  attributes: Attributes,
  prefix: string,
  not: ReadonlySet<string> = NONE,
): void {
  for (const key in attributes) {
    // The dot is at its place in few keys, and costs less to look at than the whole prefix.
    if (key.charCodeAt(prefix.length - 1) !== DOT || !key.startsWith(prefix)) continue;
    const name = key.slice(prefix.length);
    if (!not.has(name) && !addMetadata(draft, name, attributes[key])) return;
  }
}

/** Adds the fields of an object, whether it came as one or as its JSON text. */
export function addMetadataOf(draft: FactsDraft, sent: unknown, not: ReadonlySet<string> = NONE): void {
  const read = metadataObject(sent);
  if (read === undefined) return;
  for (const key of Object.keys(read)) if (!not.has(key) && !addMetadata(draft, key, read[key])) return;
}

/** An object of metadata, or the one in a JSON text; undefined for what is too long to be metadata. */
export function metadataObject(sent: unknown): { [key: string]: unknown } | undefined {
  if (typeof sent !== "string") return isObject(sent) ? sent : undefined;
  if (!sent.startsWith("{") || sent.length > MAX_JSON) return undefined;
  const read = parseJson(sent);
  return isObject(read) ? read : undefined;
}

/** Adds one key unless it is known already; what came first stays. False if there is no room for it. */
export function addMetadata(draft: FactsDraft, key: string, sent: unknown): boolean {
  // Set on a plain object, that name would change its prototype.
  if (key === "" || key.length > MAX_KEY || key === "__proto__" || KNOWN.has(key) || OF_LANGCHAIN.test(key))
    return true;
  const kept = draft.metadata;
  if (kept !== undefined && Object.hasOwn(kept, key)) return true;
  const value = smallValue(sent);
  if (value === undefined) return true;
  if (kept === undefined) {
    draft.metadata = { [key]: value };
    return true;
  }
  if (!hasRoom(kept, key.length + sizeOf(value))) return false;
  kept[key] = value;
  return true;
}

type Kept = NonNullable<FactsDraft["metadata"]>;
type Small = Kept[string];

function hasRoom(kept: Kept, wanted: number): boolean {
  let keys = 1;
  let size = wanted;
  for (const key in kept) {
    keys++;
    size += key.length + sizeOf(kept[key] as Small);
  }
  return keys <= MAX_KEYS && size <= MAX_CHARS;
}

/** Roughly as JSON. */
function sizeOf(value: Small): number {
  if (typeof value === "string") return value.length + 6;
  if (!Array.isArray(value)) return 12;
  let size = 6;
  for (const item of value) size += sizeOf(item);
  return size;
}

function smallValue(sent: unknown): Small | undefined {
  const one = primitive(sent);
  if (one !== undefined) return one;
  if (Array.isArray(sent)) return smallList(sent);
  if (!isObject(sent)) return undefined;
  const json = JSON.stringify(sent);
  return json.length > 2 && json.length <= MAX_VALUE ? json : undefined;
}

function smallList(sent: unknown[]): Small | undefined {
  const list: (string | number | boolean)[] = [];
  let room = MAX_VALUE;
  for (const item of sent) {
    const one = primitive(item);
    if (one === undefined) continue;
    room -= sizeOf(one);
    if (room < 0) break;
    list.push(one);
  }
  return list.length > 0 ? list : undefined;
}

function primitive(sent: unknown): string | number | boolean | undefined {
  switch (typeof sent) {
    case "string":
      return sent === "" ? undefined : cut(sent, MAX_VALUE);
    case "number":
      return Number.isFinite(sent) ? sent : undefined;
    case "boolean":
      return sent;
    default:
      return undefined;
  }
}
