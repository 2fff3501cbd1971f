import type { Attributes, AttributeValue } from "../../events/span.ts";

/** Sets one attribute; the last of two with the same key wins, as in a protobuf map. */
export function setAttribute(attributes: Attributes, key: string, value: AttributeValue): void {
  // A plain assignment to this one name would change the object's prototype instead of adding a key.
  if (key === "__proto__") {
    Object.defineProperty(attributes, key, { value, enumerable: true, configurable: true, writable: true });
  } else {
    attributes[key] = value;
  }
}

/** A double as JSON can hold it: NaN and the infinities become words. */
export function doubleValue(value: number): number | string {
  return Number.isFinite(value) ? value : String(value);
}
