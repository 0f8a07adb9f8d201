/** One message inside the SDK: what is known of it, and the text of its parts while they grow. */
import type { Message } from '../model/message.ts';
import type { Part } from '../model/part.ts';
import { append, byteLength, empty, type End, type Held, isWhole, type Piece } from '../stream/assemble.ts';
import type { Wire } from '../wire/words.ts';

/** What is known of a message. */
export interface Record {
  /** The last published picture; its parts may lag behind `streams`. */
  message: Message;
  /** Position of the last entry that this picture includes. */
  rev: number;
  /** Growing text by index of its part; only while the message streams. */
  streams: (Held | undefined)[];
  /** The picture lags behind. */
  stale: boolean;
}

/** A record of a message from the server. Text that came with an unfinished message counts until a stream says better. */
export function makeRecord(message: Message, rev: number, held: readonly (Held | undefined)[] = []): Record {
  const record: Record = { message, rev, streams: [], stale: false };
  if (message.status !== 'streaming') return record;
  record.streams = message.parts.map((part, index) => held[index] ?? fromText(growing(part)));
  held
    .slice(message.parts.length)
    .forEach((rest, index) => (record.streams[message.parts.length + index] = rest));
  record.stale = true;
  return record;
}

/** A stream grew. False if something before it is missing. */
export function growRecord(record: Record, index: number, piece: Piece): boolean {
  const grown = append(record.streams[index] ?? empty(undefined), piece);
  if (grown === undefined) return false;
  if (grown !== record.streams[index]) {
    record.streams[index] = grown;
    record.stale = true;
  }
  return true;
}

/**
 * A part opened or changed. A higher generation voids its text, and the parts after it: another attempt writes the
 * message anew. A lower one is late, and void itself.
 */
export function setPart(record: Record, index: number, generation: number, value: Part): void {
  const held = record.streams[index];
  const before = held?.generation ?? generation;
  if (generation < before) return;
  const anew = generation > before;
  if (anew) record.streams.length = index;
  record.streams[index] = held && !anew ? { ...held, generation } : empty(generation);
  const parts = anew ? record.message.parts.slice(0, index) : [...record.message.parts];
  while (parts.length < index) parts.push({ type: 'text', text: '' });
  parts[index] = value;
  record.message = { ...record.message, parts };
  record.stale = true;
}

/** Brings the picture up to date. True if it changed. */
export function refreshRecord(record: Record): boolean {
  if (!record.stale) return false;
  record.stale = false;
  const { parts } = record.message;
  const shown = parts.map((part, index) => withText(part, record.streams[index]));
  // Text may arrive before the part that it belongs to was described; it is text until told otherwise.
  for (let index = parts.length; index < record.streams.length; index += 1) {
    shown.push({ type: 'text', text: record.streams[index]?.text ?? '' });
  }
  record.message = { ...record.message, parts: shown };
  return true;
}

/** Whether every stream that ended is here in full; of a part that others may see only, nothing is. */
export function matches(record: Record, ends: readonly (End & { part: number })[]): boolean {
  return ends.every((end) => {
    const held = record.streams[end.part];
    const hidden = record.message.parts[end.part]?.visibleTo !== undefined && !held?.bytes;
    return hidden || isWhole(held, end);
  });
}

/** Which text is held of this message, for the server to send the rest. */
export function positionsOf(record: Record): Wire.StreamPosition[] {
  return record.streams.flatMap((held, part) =>
    held?.generation === undefined
      ? []
      : [{ message_id: record.message.id, part, generation: held.generation, at: held.bytes }],
  );
}

/** The text of a part that can grow. */
function growing(part: Part): string {
  if (part.type === 'text' || part.type === 'reasoning') return part.text;
  return part.type === 'tool_call' ? part.output : '';
}

function fromText(text: string): Held | undefined {
  return text === '' ? undefined : { generation: undefined, text, bytes: byteLength(text) };
}

function withText(part: Part, held: Held | undefined): Part {
  if (held === undefined || growing(part) === held.text) return part;
  if (part.type === 'text' || part.type === 'reasoning') return { ...part, text: held.text };
  return part.type === 'tool_call' ? { ...part, output: held.text } : part;
}
