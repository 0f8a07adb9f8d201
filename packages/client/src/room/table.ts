/**
 * The messages of one room: those of the log by position, then one's own that the server does not have yet. What is
 * read from here is the last published picture; changes gather until `publish`.
 */
import type { Message, Reaction } from '../model/message.ts';
import type { Part } from '../model/part.ts';
import type { Role } from '../model/room.ts';
import type { Piece } from '../stream/assemble.ts';
import { toCancellation, toMessage, toPart } from '../wire/convert.ts';
import type { Wire } from '../wire/words.ts';
import { growRecord, makeRecord, matches, type Record, refreshRecord, setPart } from './record.ts';

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

/** Users named under one reaction; the server names no more. */
const REACTION_USERS = 50;

/** The messages of a room. */
export class MessageTable {
  readonly #records = new Map<string, Record>();
  readonly #published = new Map<string, Message>();
  readonly #dirty = new Set<string>();
  #stored: string[] = [];
  #pending: string[] = [];
  #keys: readonly string[] = [];
  #listChanged = false;

  /** Keys of all messages, oldest first; a new array only when the list changed. */
  get keys(): readonly string[] {
    return this.#keys;
  }

  /** How many messages of the log are held. */
  get size(): number {
    return this.#stored.length;
  }

  get(key: string): Message | undefined {
    return this.#published.get(key);
  }

  /** The record under a key, ahead of its published picture. */
  byKey(key: string): Record | undefined {
    return this.#records.get(key);
  }

  /** Every record of a message that still streams. */
  *streaming(): Iterable<Record> {
    for (const record of this.#records.values()) if (record.message.status === 'streaming') yield record;
  }

  /** Takes a message as the server has it now, unless a later state is held. */
  put(wire: Wire.Message, me: string | undefined): Record {
    const key = this.#keyOf(wire.id, wire.sender, me);
    const held = this.#records.get(key);
    const waits = held?.message.seq === undefined;
    if (held && !waits && held.rev >= wire.rev) return held;
    const message = toMessage(wire, key, me);
    const record = makeRecord(message, wire.rev, wire.status === 'streaming' ? held?.streams : []);
    this.#records.set(key, record);
    if (waits) {
      this.#pending = this.#pending.filter((other) => other !== key);
      this.#insert(key, wire.seq);
    }
    this.#dirty.add(key);
    return record;
  }

  /** Takes the server's word for a message, whatever is held. */
  replace(wire: Wire.Message, me: string | undefined): void {
    const held = this.#records.get(this.#keyOf(wire.id, wire.sender, me));
    if (held && held.rev <= wire.rev) held.rev = -1;
    this.put(wire, me);
  }

  /** Applies an entry that concerns a message; nothing if the message is not held or knows it already. */
  fold(entry: Wire.Entry, me: string | undefined): Change | undefined {
    switch (entry.type) {
      case 'message':
        // Also if the answer to one's own message came first: the log tells each message once.
        return { key: this.put(entry.message, me).message.key, what: 'created' };
      case 'message_edited':
        return { key: this.put(entry.message, me).message.key, what: 'updated' };
      case 'message_completed':
      case 'message_deleted':
      case 'reaction':
      case 'tool_changed':
        return this.#change(entry, me);
      default:
        return undefined;
    }
  }

  /** A stream grew. False if something before it is missing. */
  grow(id: string, part: number, piece: Piece): boolean {
    const record = this.#open(id);
    if (!record) return true;
    this.#dirty.add(record.message.key);
    return growRecord(record, part, piece);
  }

  /** A part opened or changed. */
  setPart(id: string, part: number, generation: number, value: Wire.Part, visibleTo?: Role): void {
    const record = this.#open(id);
    if (!record) return;
    setPart(record, part, generation, toPart(value, visibleTo));
    this.#dirty.add(record.message.key);
  }

  /** What a join says about an unfinished part. False if something before it is missing. */
  restore(open: Wire.OpenStream): boolean {
    const record = this.#open(open.message_id);
    if (!record) return true;
    if (open.replace === true || open.at === 0) record.streams[open.part] = undefined;
    this.setPart(open.message_id, open.part, open.generation, open.value, open.visible_to);
    return this.grow(open.message_id, open.part, open);
  }

  /** One's own messages that wait, in order. */
  setPending(messages: readonly Message[]): void {
    const waiting = messages.filter(({ key }) => this.#records.get(key)?.message.seq === undefined);
    const keys = new Set(waiting.map(({ key }) => key));
    for (const key of this.#pending) if (!keys.has(key)) this.#remove(key);
    for (const message of waiting) {
      if (this.#records.get(message.key)?.message === message) continue;
      this.#records.set(message.key, { message, rev: 0, streams: [], stale: false });
      this.#dirty.add(message.key);
    }
    this.#listChanged ||= this.#pending.join() !== [...keys].join();
    this.#pending = [...keys];
  }

  /** Forgets the messages of the log; keys stay what they were for those that come again. */
  clear(): void {
    for (const key of this.#stored) this.#remove(key);
    this.#stored = [];
    this.#listChanged = true;
  }

  /** Forgets the oldest messages beyond `limit`; gives the position of the oldest one left. */
  trim(limit: number): number | undefined {
    if (this.#stored.length <= limit) return undefined;
    for (const key of this.#stored.splice(0, this.#stored.length - limit)) this.#remove(key);
    this.#listChanged = true;
    return this.#records.get(this.#stored[0] ?? '')?.message.seq;
  }

  /** Makes the changes visible. */
  publish(): Published {
    const keys = new Set(this.#dirty);
    this.#dirty.clear();
    for (const key of keys) {
      const record = this.#records.get(key);
      if (!record) {
        this.#published.delete(key);
        continue;
      }
      refreshRecord(record);
      this.#published.set(key, record.message);
    }
    const list = this.#listChanged;
    this.#listChanged = false;
    if (list) this.#keys = [...this.#stored, ...this.#pending];
    return { list, keys };
  }

  #change(
    entry: Extract<
      Wire.Entry,
      { type: 'message_completed' | 'message_deleted' | 'reaction' | 'tool_changed' }
    >,
    me: string | undefined,
  ): Change | undefined {
    const record = this.#records.get(entry.message_id);
    if (record && record.rev >= entry.seq) return undefined;
    if (entry.type === 'message_completed' && entry.message) {
      return { key: this.put(entry.message, me).message.key, what: 'completed' };
    }
    if (!record) return undefined;
    const { key } = record.message;
    record.rev = entry.seq;
    this.#dirty.add(key);
    switch (entry.type) {
      case 'message_completed': {
        const whole = matches(record, entry.ends);
        refreshRecord(record);
        record.streams = [];
        record.message = { ...record.message, status: entry.status };
        return { key, what: whole ? 'completed' : 'torn' };
      }
      case 'message_deleted':
        record.streams = [];
        record.message = { ...record.message, parts: [], reactions: [], deletedAt: Date.parse(entry.at) };
        return { key, what: 'updated' };
      case 'reaction':
        record.message = { ...record.message, reactions: react(record.message.reactions, entry, me) };
        return { key, what: 'updated' };
      case 'tool_changed':
        record.message = { ...record.message, parts: setTool(record.message.parts, entry) };
        return { key, what: 'updated' };
    }
  }

  #open(id: string): Record | undefined {
    const record = this.#records.get(id);
    return record?.message.status === 'streaming' ? record : undefined;
  }

  /** A message's id, unless someone else's message has taken it: ids are unique per sender only. */
  #keyOf(id: string, sender: string, me: string | undefined): string {
    const first = this.#records.get(id)?.message;
    return first === undefined || first.sender === sender || (first.own && sender === me)
      ? id
      : `${sender}/${id}`;
  }

  #insert(key: string, seq: number): void {
    let index = this.#stored.length;
    while (index > 0 && (this.#records.get(this.#stored[index - 1] ?? '')?.message.seq ?? 0) > seq)
      index -= 1;
    this.#stored.splice(index, 0, key);
    this.#listChanged = true;
  }

  #remove(key: string): void {
    this.#records.delete(key);
    this.#dirty.add(key);
  }
}

function react(
  reactions: readonly Reaction[],
  entry: { emoji: string; active: boolean; by: string },
  me: string | undefined,
): Reaction[] {
  const { emoji, active, by } = entry;
  const held = reactions.find((reaction) => reaction.emoji === emoji);
  const users = held?.users ?? [];
  const named = users.includes(by);
  if (active ? named : !named && (held?.count ?? 0) <= users.length) return [...reactions];
  const next: Reaction = {
    emoji,
    count: (held?.count ?? 0) + (active ? 1 : -1),
    users: active ? [...users, by].slice(0, REACTION_USERS) : users.filter((user) => user !== by),
    own: by === me ? active : (held?.own ?? false),
  };
  if (!held) return [...reactions, next];
  return reactions.flatMap((reaction) => (reaction !== held ? [reaction] : next.count > 0 ? [next] : []));
}

function setTool(parts: readonly Part[], entry: Extract<Wire.Entry, { type: 'tool_changed' }>): Part[] {
  const { state } = entry;
  return parts.map((part, index) =>
    index === entry.part && part.type === 'tool_call'
      ? { ...part, state, cancellation: toCancellation(entry.cancel) ?? part.cancellation }
      : part,
  );
}
