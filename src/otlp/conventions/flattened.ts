import type { Attributes, AttributeValue } from "../../events/span.ts";

/**
 * Some conventions write lists of objects as one attribute per leaf: `llm.input_messages.0.message.role`. A branch is the
 * tree of such keys below one prefix; a Map, so that no key can touch a prototype.
 */
export type Branch = Map<string, Branch | AttributeValue>;

/** Deepest tree that is built. OpenInference's deepest key has nine names; a key of thousands of dots is no message. */
const MAX_NAMES = 16;

/** The tree below `prefix`, or null if no attribute lies there. */
export function unflatten(attributes: Attributes, prefix: string): Branch | null {
  const root: Branch = new Map();
  const start = `${prefix}.`;
  for (const key of Object.keys(attributes)) {
    if (!key.startsWith(start)) continue;
    const names = key.slice(start.length).split(".", MAX_NAMES + 1);
    if (names.length > MAX_NAMES) continue;
    const leaf = names.pop() as string;
    let branch = root;
    for (const name of names) {
      let next = branch.get(name);
      if (!(next instanceof Map)) {
        next = new Map();
        branch.set(name, next);
      }
      branch = next;
    }
    if (!branch.has(leaf)) branch.set(leaf, attributes[key] as AttributeValue);
  }
  return root.size > 0 ? root : null;
}

/** The branches under the numbers 0, 1, 2 …, in that order; holes are left out. */
export function items(branch: Branch | null | undefined): Branch[] {
  if (!branch) return [];
  const found: [number, Branch][] = [];
  for (const [name, value] of branch) {
    if (/^[0-9]{1,6}$/.test(name) && value instanceof Map) found.push([Number(name), value]);
  }
  return found.sort(([a], [b]) => a - b).map(([, item]) => item);
}

/** The branch at a path of names. */
export function branchAt(branch: Branch, ...path: string[]): Branch | undefined {
  let at: Branch | AttributeValue | undefined = branch;
  for (const name of path) at = at instanceof Map ? at.get(name) : undefined;
  return at instanceof Map ? at : undefined;
}

/** The value at a path of names. */
export function valueAt(branch: Branch, ...path: string[]): AttributeValue | undefined {
  const leaf = path.pop() as string;
  const value = branchAt(branch, ...path)?.get(leaf);
  return value instanceof Map ? undefined : value;
}
