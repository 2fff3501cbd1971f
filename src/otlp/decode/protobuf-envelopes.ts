import type { Attributes, SpanContext } from "../../events/span.ts";
import { Invalid, undecodable } from "./invalid.ts";
import { field, readAttribute, unknown } from "./protobuf-values.ts";
import { BYTES, WireReader } from "./wire.ts";

/**
 * Gives a body's bytes to `read`. `what` names the request in the error.
 * @throws AppError `undecodable_body` when `read` throws `Invalid`
 */
export function readBody(bytes: Uint8Array, what: string, read: (reader: WireReader) => void): void {
  try {
    read(new WireReader(bytes));
  } catch (error) {
    if (error instanceof Invalid) throw undecodable(error.reason, undefined, what);
    throw error;
  }
}

/** How one signal's items are read into the list of their scope, and where the list goes if it has any. */
export interface ItemReader<T> {
  read(reader: WireReader, into: T[]): void;
  take(items: T[], context: SpanContext): void;
}

// A request for traces and one for logs have the same envelopes with the same field numbers:
// opentelemetry/proto/{collector/trace,collector/logs,trace,logs,resource,common}/v1.

/** Reads the request, scope by scope. */
export function readRequest<T>(reader: WireReader, items: ItemReader<T>): void {
  while (reader.pos < reader.end) {
    const tag = reader.tag();
    if (tag === field(1, BYTES)) readOfResource(reader, items);
    else unknown(reader, tag, 1);
  }
}

function readOfResource<T>(reader: WireReader, items: ItemReader<T>): void {
  const outer = reader.enter();
  // Filled where it lies, as a sender may write the resource after its items.
  const resource: Attributes = {};
  while (reader.pos < reader.end) {
    const tag = reader.tag();
    if (tag === field(1, BYTES)) readResource(reader, resource);
    else if (tag === field(2, BYTES)) readOfScope(reader, resource, items);
    else unknown(reader, tag, 2);
  }
  reader.leave(outer);
}

function readResource(reader: WireReader, resource: Attributes): void {
  const outer = reader.enter();
  while (reader.pos < reader.end) {
    const tag = reader.tag();
    if (tag === field(1, BYTES)) readAttribute(reader, resource, 0);
    else unknown(reader, tag, 1);
  }
  reader.leave(outer);
}

function readOfScope<T>(reader: WireReader, resource: Attributes, items: ItemReader<T>): void {
  const outer = reader.enter();
  const scope: SpanContext["scope"] = { name: "", version: "" };
  const read: T[] = [];
  while (reader.pos < reader.end) {
    const tag = reader.tag();
    if (tag === field(1, BYTES)) readScope(reader, scope);
    else if (tag === field(2, BYTES)) items.read(reader, read);
    else unknown(reader, tag, 2);
  }
  if (read.length > 0) items.take(read, { resource, scope });
  reader.leave(outer);
}

function readScope(reader: WireReader, scope: SpanContext["scope"]): void {
  const outer = reader.enter();
  while (reader.pos < reader.end) {
    const tag = reader.tag();
    if (tag === field(1, BYTES)) scope.name = reader.string();
    else if (tag === field(2, BYTES)) scope.version = reader.string();
    else if (tag === field(3, BYTES)) {
      scope.attributes ??= {};
      readAttribute(reader, scope.attributes, 0);
    } else unknown(reader, tag, 3);
  }
  reader.leave(outer);
}
