/** One message inside the SDK: what is known of it, and the text of its parts while they grow. */
import type { Message } from '../model/message.ts';
import type { Part } from '../model/part.ts';
import { append, type End, type Held, hold, isWhole, type Piece, UNKNOWN } from '../stream/assemble.ts';
import type { Wire } from '../wire/words.ts';

/** What is known of a message. */
export interface Record {
  /** What is known; its parts may lag behind `streams`. */
  message: Message;
  /** The last published picture. */
  shown?: Message;
  /** Position of the last entry that is known. */
  rev: number;
  /** Growing text by index of its part; only while the message streams. */
  streams: Held[];
}

/** Where the text of a part is that can grow. */
const GROWING: Partial<{ [Type in Part['type']]: string }> = {
  text: 'text',
  reasoning: 'text',
  tool_call: 'output',
};

/** A record of a message from the server. Text that came with an unfinished message counts until a stream says better. */
export function makeRecord(message: Message, rev: number, held: readonly Held[] = []): Record {
  const { status, parts } = message;
  if (status !== 'streaming') return { message, rev, streams: [] };
  const streams = parts.map((part, index) => held[index] ?? hold(UNKNOWN, textIn(part)));
  return { message, rev, streams: [...streams, ...held.slice(parts.length)] };
}

/** A stream grew. False if something before it is missing. */
export function growRecord({ streams }: Record, index: number, piece: Piece): boolean {
  while (streams.length <= index) streams.push(hold(UNKNOWN));
  return append(streams[index] as Held, piece);
}

/**
 * A part opened or changed. A higher generation voids its text, and the parts after it: another attempt writes the
 * message anew. A lower one is late, and void itself.
 */
export function setPart(record: Record, index: number, generation: number, value: Part): void {
  const { streams, message } = record;
  const before = streams[index]?.generation ?? UNKNOWN;
  if (generation < before) return;
  const parts = [...message.parts];
  if (generation > before) {
    streams.splice(index);
    parts.splice(index);
  }
  growRecord(record, index, { generation, at: 0, end: 0, text: '' });
  while (parts.length < index) parts.push({ type: 'text', text: '' });
  parts[index] = value;
  record.message = { ...message, parts };
}

/** Forgets the text of a part. */
export function voidText({ streams }: Record, index: number): void {
  if (streams[index]) streams[index] = hold(UNKNOWN);
}

/** Brings what is known of the message up to the text that is held. */
export function refreshRecord(record: Record): Message {
  const parts = [...record.message.parts];
  record.streams.forEach(({ text }, index) => {
    // Text may arrive before the part that it belongs to was described; it is text until told otherwise.
    parts[index] = withText(parts[index] ?? { type: 'text', text: '' }, text);
  });
  if (record.streams.length > 0) record.message = { ...record.message, parts };
  return record.message;
}

/** Whether every stream that ended is here in full; of a part that others may see only, nothing is. */
export function matches({ streams, message }: Record, ends: readonly (End & { part: number })[]): boolean {
  return ends.every((end) => {
    const held = streams[end.part] ?? hold(UNKNOWN);
    const hidden = message.parts[end.part]?.visibleTo !== undefined && held.bytes === 0;
    return hidden || isWhole(held, end);
  });
}

/** Which text is held of this message, for the server to send the rest. */
export function positionsOf({ streams, message }: Record): Wire.StreamPosition[] {
  return streams.flatMap(({ generation, bytes: at }, part) =>
    generation >= 0 ? [{ message_id: message.id, part, generation, at }] : [],
  );
}

function textIn(part: Part): string {
  return (part as unknown as { [Field: string]: string })[GROWING[part.type] ?? ''] ?? '';
}

function withText(part: Part, text: string): Part {
  const field = GROWING[part.type];
  return field === undefined || textIn(part) === text ? part : { ...part, [field]: text };
}
