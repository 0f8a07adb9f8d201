/**
 * Assembling a growing text from appends that say, in bytes of UTF-8, where they start and end. Whatever is cut,
 * doubled or sent again, the text comes out the same; what is missing is noticed, never guessed.
 */
import { crc32, encoder } from './crc32.ts';

/** The text held of one part, with its length in bytes kept beside it: JavaScript counts in other units. */
export interface Held {
  /** The attempt that the text belongs to; unknown while it comes from an entry of the log only. */
  readonly generation: number | undefined;
  readonly text: string;
  readonly bytes: number;
}

/** A piece of a stream. */
export interface Piece {
  readonly generation: number;
  readonly at: number;
  readonly end: number;
  readonly text: string;
}

/** Where a finished stream ends and what it sums up to. */
export interface End {
  readonly generation: number;
  readonly end: number;
  readonly crc32: number;
}

const decoder = /* @__PURE__ */ new TextDecoder();

/** Length in bytes of UTF-8. */
export function byteLength(text: string): number {
  return encoder.encode(text).length;
}

/** Nothing held yet of this attempt. */
export function empty(generation: number | undefined): Held {
  return { generation, text: '', bytes: 0 };
}

/** What is held after this piece: the same object if the piece brings nothing new; nothing if a part is missing. */
export function append(held: Held, piece: Piece): Held | undefined {
  if (held.generation !== undefined && piece.generation < held.generation) return held;
  const base =
    held.generation === undefined || held.generation === piece.generation ? held : empty(piece.generation);
  if (piece.at > base.bytes) return undefined;
  if (piece.end <= base.bytes)
    return base.generation === piece.generation ? base : { ...base, generation: piece.generation };
  const fresh = piece.at === base.bytes ? piece.text : skipBytes(piece.text, base.bytes - piece.at);
  return { generation: piece.generation, text: base.text + fresh, bytes: piece.end };
}

/** Whether the text held is the whole stream. */
export function isWhole(held: Held | undefined, end: End): boolean {
  if (held === undefined) return end.end === 0;
  if (held.generation !== undefined && held.generation !== end.generation) return false;
  return held.bytes === end.end && crc32(held.text) === end.crc32;
}

function skipBytes(text: string, count: number): string {
  return decoder.decode(encoder.encode(text).subarray(count));
}
