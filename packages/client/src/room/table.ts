/**
 * The messages of one room: those of the log by position, then one's own that the server does not have yet. What is
 * read from here is the last published picture; changes gather until `publish`.
 */
import type { Message } from '../model/message.ts';
import type { Role } from '../model/room.ts';
import type { Piece } from '../stream/assemble.ts';
import { toMessage, toPart } from '../wire/convert.ts';
import type { Wire } from '../wire/words.ts';
import { type EntryAbout, foldInto } from './fold.ts';
import { growRecord, makeRecord, type Record, refreshRecord, setPart, voidText } from './record.ts';

/** What an entry did to a message. `torn` means that its text is not what the server has. */
export interface Change {
  readonly key: string;
  readonly what: 'created' | 'completed' | 'updated' | 'torn';
}

/** What a publication changed. */
export interface Published {
  readonly list: boolean;
  readonly keys: ReadonlySet<string>;
}

/** The messages of a room. */
export class MessageTable {
  readonly #records = new Map<string, Record>();
  #dirty = new Set<string>();
  #stored: string[] = [];
  #pending: string[] = [];
  /** Keys of all messages, oldest first; a new array only when the list changed. */
  keys: readonly string[] = [];
  #listChanged = false;

  /** How many messages of the log are held. */
  get size(): number {
    return this.#stored.length;
  }

  get(key: string): Message | undefined {
    return this.#records.get(key)?.shown;
  }

  /** Key of the message at this position, or of the first one after it. */
  from(seq: number): string | undefined {
    return this.#stored.find((key) => this.#seq(key) >= seq);
  }

  /** The record under a key, ahead of its published picture. */
  byKey(key: string): Record | undefined {
    return this.#records.get(key);
  }

  /** Every record of a message that still streams. */
  streaming(): Record[] {
    return [...this.#records.values()].filter(({ message }) => message.status === 'streaming');
  }

  /** Takes a message as the server has it now, unless a later state is held; gives its key. */
  put(wire: Wire.Message, me: string | undefined): string {
    const key = this.#keyOf(wire, me);
    const held = this.#records.get(key);
    const waits = held?.message.seq === undefined;
    if (held && !waits && held.rev >= wire.rev) return key;
    this.#set(key, makeRecord(toMessage(wire, key, me), wire.rev, held?.streams));
    if (!waits) return key;
    this.#pending = this.#pending.filter((other) => other !== key);
    const index = this.#stored.findLastIndex((other) => this.#seq(other) < wire.seq);
    this.#stored.splice(index + 1, 0, key);
    this.#listChanged = true;
    return key;
  }

  /** Takes the server's word for a message, whatever is held. */
  replace(wire: Wire.Message, me: string | undefined): void {
    const held = this.#records.get(this.#keyOf(wire, me));
    if (held && held.rev <= wire.rev) held.rev = -1;
    this.put(wire, me);
  }

  /** Applies an entry that concerns a message; nothing if the message is not held or knows it already. */
  fold(entry: Wire.Entry, me: string | undefined): Change | undefined {
    // Created also if the answer to one's own message came first: the log tells each message once.
    if (entry.type === 'message') return { key: this.put(entry.message, me), what: 'created' };
    if ('message_id' in entry) return this.#change(entry, me);
    // What changes a message from before what is held would put it where others are missing.
    if (!('message' in entry) || !this.#records.has(this.#keyOf(entry.message, me))) return undefined;
    return { key: this.put(entry.message, me), what: 'updated' };
  }

  /** A stream grew. False if something before it is missing. */
  grow(id: string, part: number, piece: Piece): boolean {
    const record = this.#open(id);
    return !record || growRecord(record, part, piece);
  }

  /** A part opened or changed. */
  setPart(id: string, part: number, generation: number, value: Wire.Part, visibleTo?: Role): void {
    const record = this.#open(id);
    if (record) setPart(record, part, generation, toPart(value, visibleTo));
  }

  /** What a join says about an unfinished part. False if something before it is missing. */
  restore({ message_id, part, generation, value, visible_to, ...piece }: Wire.OpenStream): boolean {
    const record = this.#open(message_id);
    if (record && (piece.replace === true || piece.at === 0)) voidText(record, part);
    this.setPart(message_id, part, generation, value, visible_to);
    return this.grow(message_id, part, { generation, ...piece });
  }

  /** One's own messages that wait, in order. */
  setPending(messages: readonly Message[]): void {
    const waiting = messages.filter(({ key }) => !this.#seq(key));
    const keys = waiting.map(({ key }) => key);
    for (const key of this.#pending) if (!keys.includes(key)) this.#remove(key);
    for (const message of waiting) {
      const { key } = message;
      if (this.#records.get(key)?.message !== message) this.#set(key, { message, rev: 0, streams: [] });
    }
    this.#listChanged ||= this.#pending.join() !== keys.join();
    this.#pending = keys;
  }

  /** Forgets the messages of the log; keys stay what they were for those that come again. */
  clear(): void {
    this.trim(0);
  }

  /** Forgets the oldest messages beyond `limit`; gives the position of the oldest one left. */
  trim(limit: number): number | undefined {
    const gone = this.#stored.splice(0, this.#stored.length - limit);
    for (const key of gone) this.#remove(key);
    this.#listChanged ||= gone.length > 0;
    return gone.length > 0 ? this.#seq(this.#stored[0]) : undefined;
  }

  /** Makes the changes visible. */
  publish(): Published {
    const [list, keys] = [this.#listChanged, this.#dirty];
    this.#listChanged = false;
    this.#dirty = new Set();
    for (const key of keys) {
      const record = this.#records.get(key);
      if (record) record.shown = refreshRecord(record);
    }
    if (list) this.keys = [...this.#stored, ...this.#pending];
    return { list, keys };
  }

  #change(entry: EntryAbout, me: string | undefined): Change | undefined {
    const key = entry.message_id;
    const record = this.#records.get(key);
    if (record && record.rev >= entry.seq) return undefined;
    if ('message' in entry) return { key: this.put(entry.message, me), what: 'completed' };
    if (!record) return undefined;
    this.#dirty.add(key);
    return { key, what: foldInto(record, entry, me) };
  }

  /** A message that still streams, and is about to change. */
  #open(id: string): Record | undefined {
    const record = this.#records.get(id);
    if (record?.message.status !== 'streaming') return undefined;
    this.#dirty.add(id);
    return record;
  }

  /** A message's id, unless someone else's message has taken it: ids are unique per sender only. */
  #keyOf({ id, sender }: Wire.Message, me: string | undefined): string {
    const first = this.#records.get(id)?.message;
    const same = !first || first.sender === sender || (first.own && sender === me);
    return same ? id : `${sender}/${id}`;
  }

  /** Position of a message that is in the log. */
  #seq(key = ''): number {
    return this.#records.get(key)?.message.seq ?? 0;
  }

  #set(key: string, record: Record): void {
    this.#records.set(key, record);
    this.#dirty.add(key);
  }

  #remove(key: string): void {
    this.#records.delete(key);
    this.#dirty.add(key);
  }
}
