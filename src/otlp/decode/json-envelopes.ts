import type { SpanContext } from "../../events/span.ts";
import { Invalid, TOO_DEEP, undecodable } from "./invalid.ts";
import { attributes, list, object, optionalObject, type Raw, text } from "./json-values.ts";

const decoder = new TextDecoder();

/**
 * Gives the request that a body holds to `read`; 0 bytes are an empty request. `what` names it in the error.
 * @throws AppError `undecodable_body` when the bytes are no JSON object, or `read` throws `Invalid`
 */
export function readBody(bytes: Uint8Array, what: string, read: (request: Raw) => void): void {
  if (bytes.length === 0) return;
  let request: unknown;
  try {
    request = JSON.parse(decoder.decode(bytes));
  } catch (error) {
    throw undecodable("it is not valid JSON", error, what);
  }
  try {
    read(object(request, "the body"));
  } catch (error) {
    if (error instanceof Invalid) throw undecodable(error.reason, undefined, what);
    throw error;
  }
}

/** What the lists of a request are called: of resources, of a resource's scopes, of a scope's items. */
export interface ListNames {
  ofResources: string;
  ofScopes: string;
  ofItems: string;
}

/** Calls `take` for each scope of the request that has items. */
export function eachScope(
  request: Raw,
  names: ListNames,
  take: (items: unknown[], context: SpanContext) => void,
): void {
  const resources = list(request[names.ofResources], names.ofResources);
  for (let i = 0; i < resources.length; i++) {
    const ofResource = object(resources[i], `an element of ${names.ofResources}`);
    const resource = attributes(optionalObject(ofResource.resource, "resource").attributes, 0);
    const scopes = list(ofResource[names.ofScopes], names.ofScopes);
    for (let j = 0; j < scopes.length; j++) {
      const ofScope = object(scopes[j], `an element of ${names.ofScopes}`);
      const items = list(ofScope[names.ofItems], names.ofItems);
      if (items.length > 0) take(items, { resource, scope: scope(ofScope.scope) });
    }
  }
}

function scope(raw: unknown): SpanContext["scope"] {
  const fields = optionalObject(raw, "scope");
  const read: SpanContext["scope"] = {
    name: text(fields.name, "scope.name is not a string"),
    version: text(fields.version, "scope.version is not a string"),
  };
  if (fields.attributes !== undefined && fields.attributes !== null) {
    const own = attributes(fields.attributes, 0);
    if (Object.keys(own).length > 0) read.attributes = own;
  }
  return read;
}

/** Reads the items that can be read; one that is `Invalid` is counted in `decoded`, with its reason. */
export function readEach<T>(
  items: unknown[],
  read: (item: unknown) => T,
  decoded: { rejected: number; reasons: Map<string, number> },
): T[] {
  const good: T[] = [];
  for (let i = 0; i < items.length; i++) {
    try {
      good.push(read(items[i]));
    } catch (error) {
      if (!(error instanceof Invalid) || error.reason === TOO_DEEP) throw error;
      decoded.rejected++;
      decoded.reasons.set(error.reason, (decoded.reasons.get(error.reason) ?? 0) + 1);
    }
  }
  return good;
}
