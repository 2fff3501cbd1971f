import { Buffer } from "node:buffer";
import { Invalid } from "./invalid.ts";

export const VARINT = 0;
export const FIXED64 = 1;
export const BYTES = 2;
const GROUP_START = 3;
const GROUP_END = 4;
export const FIXED32 = 5;

const TRUNCATED = "the protobuf message is cut off";
const BAD_VARINT = "the protobuf message holds a number of more than 64 bits";
const BAD_TAG = "the protobuf message holds a field number that cannot be";
const BAD_WIRE_TYPE = "the protobuf message holds a field of an unknown wire type";
const BAD_GROUP = "the protobuf message holds a group that does not end or is nested too deep";
export const WRONG_TYPE = "a protobuf field has the wrong wire type";

/** Groups are long out of use; none of OTLP has one. */
const MAX_GROUP_DEPTH = 30;

const decoder = new TextDecoder();
const BEYOND_ASCII = /[\x80-\xff]/g;

/**
 * Reads the protobuf wire format in place. `pos` moves on with every read; a message's fields are read until `pos` reaches
 * `end`, which `enter` sets to the end of an embedded message and `leave` sets back.
 * Every method throws `Invalid` on bytes that are not protobuf.
 */
export class WireReader {
  readonly bytes: Uint8Array;
  pos = 0;
  end: number;
  readonly #view: DataView;
  /**
   * The whole body, a character a byte. Nearly all text in a trace is ASCII, and a slice of this string is that text: one
   * native call for the body instead of one for each string nearly halves the time to decode. A slice keeps the whole alive,
   * which is no matter for spans, as they do not outlive their request.
   */
  readonly #latin1: string;
  /** Where the next byte beyond ASCII lies, searched for as reading moves on. */
  #nextBeyondAscii = -1;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.end = bytes.length;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#latin1 = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
  }

  /** Enters an embedded message; returns the end of the outer one, to be given to `leave`. */
  enter(): number {
    const outer = this.end;
    const length = this.#length();
    this.end = this.pos + length;
    return outer;
  }

  leave(outer: number): void {
    this.end = outer;
  }

  /** The next field's tag: field number times 8 plus wire type. */
  tag(): number {
    const tag = this.uint32();
    if (tag < 8) throw new Invalid(BAD_TAG);
    return tag;
  }

  /** A varint's low 32 bits, unsigned. The rest, up to 64 bits, is dropped, as protobuf does for its 32-bit types. */
  uint32(): number {
    const { bytes, end } = this;
    let value = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      if (this.pos >= end) throw new Invalid(TRUNCATED);
      const byte = bytes[this.pos++] as number;
      if (shift < 32) value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value >>> 0;
    }
    throw new Invalid(BAD_VARINT);
  }

  /** A signed 64-bit varint: a number where that is exact, else its digits. */
  int64(): number | string {
    const { bytes, end } = this;
    let low = 0;
    let high = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      if (this.pos >= end) throw new Invalid(TRUNCATED);
      const byte = bytes[this.pos++] as number;
      const bits = byte & 0x7f;
      if (shift < 28) low |= bits << shift;
      else if (shift === 28) {
        low |= bits << 28;
        high = bits >> 4;
      } else high |= bits << (shift - 32);
      if (byte < 0x80) return signed64(low >>> 0, high | 0);
    }
    throw new Invalid(BAD_VARINT);
  }

  bool(): boolean {
    return this.int64() !== 0;
  }

  double(): number {
    return this.#view.getFloat64(this.#advance(8), true);
  }

  fixed32(): number {
    return this.#view.getUint32(this.#advance(4), true);
  }

  /** An unsigned 64-bit number as decimal digits. */
  fixed64(): string {
    return this.#view.getBigUint64(this.#advance(8), true).toString();
  }

  /** A view of a field's bytes, not a copy. */
  bytesField(): Uint8Array {
    const length = this.#length();
    const at = this.#advance(length);
    return this.bytes.subarray(at, at + length);
  }

  /** A string; bytes that are not UTF-8 become U+FFFD. */
  string(): string {
    const length = this.#length();
    const at = this.#advance(length);
    if (this.#nextBeyondAscii < at) {
      BEYOND_ASCII.lastIndex = at;
      this.#nextBeyondAscii = BEYOND_ASCII.test(this.#latin1) ? BEYOND_ASCII.lastIndex - 1 : this.bytes.length;
    }
    if (this.#nextBeyondAscii >= at + length) return this.#latin1.slice(at, at + length);
    return decoder.decode(this.bytes.subarray(at, at + length));
  }

  /** Skips the value of a field that is not known. */
  skip(tag: number, depth = 0): void {
    switch (tag & 7) {
      case VARINT:
        this.int64();
        return;
      case FIXED64:
        this.#advance(8);
        return;
      case BYTES:
        this.#advance(this.#length());
        return;
      case FIXED32:
        this.#advance(4);
        return;
      case GROUP_START: {
        if (depth >= MAX_GROUP_DEPTH) throw new Invalid(BAD_GROUP);
        const closing = (tag >>> 3) * 8 + GROUP_END;
        for (;;) {
          if (this.pos >= this.end) throw new Invalid(BAD_GROUP);
          const inner = this.tag();
          if (inner === closing) return;
          this.skip(inner, depth + 1);
        }
      }
      case GROUP_END:
        throw new Invalid(BAD_GROUP);
      default:
        throw new Invalid(BAD_WIRE_TYPE);
    }
  }

  #length(): number {
    const length = this.uint32();
    if (length > this.end - this.pos) throw new Invalid(TRUNCATED);
    return length;
  }

  #advance(length: number): number {
    const at = this.pos;
    if (length > this.end - at) throw new Invalid(TRUNCATED);
    this.pos = at + length;
    return at;
  }
}

function signed64(low: number, high: number): number | string {
  const number = high * 4294967296 + low;
  if (Number.isSafeInteger(number)) return number;
  return ((BigInt(high) << 32n) | BigInt(low)).toString();
}
