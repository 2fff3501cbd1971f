import type { Random } from "../random.ts";

/** Values that no schema expects where they are put. */
const ODD: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  1e308,
  2 ** 53 + 2,
  "",
  "x",
  "\u0000",
  [],
  {},
  [[[[[]]]]],
  { stringValue: {} },
  [null],
  "9".repeat(400),
];

/** Changes a few places of a JSON value: other types, missing and foreign keys. The value given is not touched. */
export function mutateJson(random: Random, value: unknown, share: number): unknown {
  if (random.chance(share)) return random.pick(ODD);
  if (Array.isArray(value)) return value.map((each) => mutateJson(random, each, share));
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value)
    .filter(() => !random.chance(share))
    .map(([name, each]) => [name, mutateJson(random, each, share)] as [string, unknown]);
  if (random.chance(share)) entries.push([random.pick(["__proto__", "constructor", "toString", "", "a.b"]), {}]);
  const made: Record<string, unknown> = {};
  // As JSON.parse does: a key `__proto__` is a key.
  for (const [name, each] of entries) Object.defineProperty(made, name, { value: each, enumerable: true });
  return made;
}

/** Changes a few bytes: flipped, cut, repeated, foreign. */
export function mutateBytes(random: Random, bytes: Uint8Array): Uint8Array {
  let made = bytes;
  for (let times = random.int(1, 4); times > 0; times--) {
    const at = random.int(0, Math.max(0, made.length - 1));
    switch (random.int(0, 5)) {
      case 0:
        made = made.slice(0, at);
        break;
      case 1:
        made = made.slice();
        if (made.length > 0) made[at] = random.int(0, 255);
        break;
      case 2:
        made = concat(made.slice(0, at), random.bytes(random.int(1, 12)), made.slice(at));
        break;
      case 3: {
        const to = Math.min(made.length, at + random.int(1, 200));
        made = concat(made.slice(0, to), made.slice(at));
        break;
      }
      case 4:
        // A length or a number without an end.
        made = concat(made.slice(0, at), Uint8Array.of(255, 255, 255, 255, 255, 255, 255, 255, 255, 1), made.slice(at));
        break;
      default:
        made = concat(made.slice(0, at), made.slice(Math.min(made.length, at + random.int(1, 20))));
    }
  }
  return made;
}

function concat(...pieces: Uint8Array[]): Uint8Array {
  return Uint8Array.from(Buffer.concat(pieces));
}

/** A JSON value of no kind in particular, with the keys that are known to mean something. */
export function randomJson(random: Random, keys: readonly string[], depth = 0): unknown {
  const kind = random.int(0, depth > 5 ? 3 : 5);
  switch (kind) {
    case 0:
      return random.pick(ODD);
    case 1:
      return random.pick(keys);
    case 2:
      return random.int(-1_000_000, 1_000_000);
    case 3:
      return random.pick(["2026-11-21T00:00:00Z", "2026-11-20T00:00:00Z", "default", "admin", "ingest", "gpt-4o"]);
    case 4:
      return Array.from({ length: random.int(0, 4) }, () => randomJson(random, keys, depth + 1));
    default:
      return Object.fromEntries(
        Array.from({ length: random.int(0, 6) }, () => [random.pick(keys), randomJson(random, keys, depth + 1)]),
      );
  }
}

/** A schema of OpenAPI 3.1, as far as it is followed here. */
export interface Schema {
  type?: string | string[];
  description?: string;
  enum?: unknown[];
  properties?: Record<string, Schema>;
  items?: Schema;
  anyOf?: Schema[];
  oneOf?: Schema[];
  allOf?: Schema[];
  additionalProperties?: Schema | boolean;
}

/** A value as a schema describes it, limits aside. */
export function fromSchema(random: Random, schema: Schema, keys: readonly string[]): unknown {
  const choice = schema.anyOf ?? schema.oneOf;
  if (choice) return fromSchema(random, random.pick(choice), keys);
  if (schema.allOf) return Object.assign({}, ...schema.allOf.map((each) => fromSchema(random, each, keys)));
  if (schema.enum) return random.pick(schema.enum);
  const type = Array.isArray(schema.type) ? random.pick(schema.type) : schema.type;
  switch (type) {
    case "object":
      return Object.fromEntries(
        Object.entries(schema.properties ?? {}).map(([name, each]) => [name, fromSchema(random, each, keys)]),
      );
    case "array":
      return Array.from({ length: random.int(0, 4) }, () => fromSchema(random, schema.items ?? {}, keys));
    case "integer":
      return random.int(0, 1_000);
    case "number":
      return random.next() * 1_000;
    case "boolean":
      return random.chance(0.5);
    case "string":
      // A description that is a list of names is the list of what is taken.
      if (/^[A-Z_]+(, [A-Z_]+)+$/.test(schema.description ?? "")) {
        return random.pick((schema.description as string).split(", "));
      }
      return random.pick([
        "2026-11-20T00:00:00Z",
        "2026-11-21T00:00:00Z",
        "gpt-4o",
        random.hex(8),
        ...keys.slice(0, 3),
      ]);
    default:
      return randomJson(random, keys, 3);
  }
}
