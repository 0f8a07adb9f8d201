/**
 * Assembling a growing text from appends that say, in bytes of UTF-8, where they start and end. Whatever is cut,
 * doubled or sent again, the text comes out the same; what is missing is noticed, never guessed.
 */
import { crc32, encoder } from './crc32.ts';

/** The text held of one part, with its length in bytes kept beside it: JavaScript counts in other units. */
export interface Held {
  /** The attempt that the text belongs to. */
  generation: number;
  text: string;
  bytes: number;
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

/** Which attempt a text from the log belongs to is not known: it is neither before nor after any other. */
export const UNKNOWN = NaN;

const decoder = /* @__PURE__ */ new TextDecoder();

/** This much is held of this attempt. */
export function hold(generation: number, text = ''): Held {
  return { generation, text, bytes: encoder.encode(text).length };
}

/** Adds a piece, as far as it is new. False if something before it is missing. */
export function append(held: Held, { generation, at, end, text }: Piece): boolean {
  if (generation < held.generation) return true;
  if (generation > held.generation) Object.assign(held, hold(generation));
  held.generation = generation;
  if (at > held.bytes) return false;
  if (end > held.bytes) {
    held.text += decoder.decode(encoder.encode(text).subarray(held.bytes - at));
    held.bytes = end;
  }
  return true;
}

/** Whether the text held is the whole stream. */
export function isWhole(held: Held, { generation, end, crc32: sum }: End): boolean {
  const other = held.generation < generation || held.generation > generation;
  return !other && held.bytes === end && crc32(held.text) === sum;
}
