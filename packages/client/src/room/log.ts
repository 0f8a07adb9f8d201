/** A room's log as far as this client holds it: entries folded, once and in order, into all that the room shows. */
import type { RoomEvent } from '../model/room.ts';
import { toMember, toRoomInfo } from '../wire/convert.ts';
import type { Wire } from '../wire/words.ts';
import type { Agents } from './agents.ts';
import type { People } from './people.ts';
import { Position } from './position.ts';
import { type Change, MessageTable } from './table.ts';

/** What applying an entry did. */
export type Applied =
  { readonly what: 'old' | 'hole' } | { readonly what: 'applied'; readonly change: Change | undefined };

/** Changes kept for messages that a history page may be about to bring. */
const ORPHANS = 256;

/** The log of one room. */
export class RoomLog {
  readonly position = new Position();
  readonly messages = new MessageTable();
  readonly #people: People;
  readonly #agents: Agents;
  #events: readonly RoomEvent[] = [];
  #orphans: Wire.Entry[] | undefined;
  /** The room as its latest entry describes it. */
  info: Wire.Room | undefined;
  /** Number of the last countable message. */
  ordinal = 0;

  constructor(people: People, agents: Agents) {
    this.#people = people;
    this.#agents = agents;
  }

  /** What happened to the room, oldest first; a new array only when something did. */
  get events(): readonly RoomEvent[] {
    return this.#events;
  }

  /** A join was answered; its entries come next. */
  begin(joined: Wire.Joined): void {
    if (joined.mode !== 'resumed') this.#clear();
    this.position.begin(joined);
    this.#people.begin(joined);
    this.#agents.begin(joined);
    this.info = joined.info;
    this.ordinal = joined.ordinal;
  }

  /** Applies an entry if it is the next one. */
  apply(entry: Wire.Entry, me: string | undefined): Applied {
    const what = this.position.judge(entry.seq);
    if (what !== 'next') return { what };
    this.position.seq = entry.seq;
    if (entry.seq > this.position.covered) this.#foldState(entry);
    this.#foldEvent(entry);
    this.#agents.fold(entry);
    const change = this.messages.fold(entry, me);
    if (entry.type === 'message') this.ordinal = Math.max(this.ordinal, entry.message.ordinal);
    if (!change && this.#orphans && this.#orphans.length < ORPHANS) this.#orphans.push(entry);
    return { what: 'applied', change };
  }

  /** A history page was asked for: what happens to its messages meanwhile must not be lost. */
  expectPage(): void {
    this.#orphans = [];
  }

  /** Takes the page before the oldest entry held. */
  prepend(entries: readonly Wire.Entry[], more: boolean, me: string | undefined): void {
    for (const entry of entries) {
      // A message read from the log shows its current state, so that what changed it later says nothing new.
      if (entry.type === 'message') this.messages.put(entry.message, me);
      else this.#agents.fold(entry);
      this.#foldEvent(entry);
    }
    this.position.lowest = more ? (entries[0]?.seq ?? this.position.lowest) : 1;
    for (const orphan of this.#orphans ?? []) this.messages.fold(orphan, me);
    this.#orphans = undefined;
  }

  /** The page did not come. */
  forgetPage(): void {
    this.#orphans = undefined;
  }

  /** Forgets the oldest messages beyond `limit`, with all that happened before them. */
  trim(limit: number): void {
    const lowest = this.messages.trim(limit);
    if (lowest === undefined) return;
    this.position.lowest = lowest;
    this.#events = this.#events.filter(({ seq }) => seq >= lowest);
  }

  /** Forgets everything, the position included. */
  forget(): void {
    this.#clear();
    this.position.epoch = undefined;
    this.ordinal = 0;
  }

  #clear(): void {
    this.messages.clear();
    this.#agents.clear();
    this.#events = [];
  }

  #foldState(entry: Wire.Entry): void {
    this.#people.fold(entry);
    if (entry.type === 'room_changed') this.info = entry.info;
    else if (entry.type === 'bot_status') this.#agents.foldBot(entry);
  }

  #foldEvent(entry: Wire.Entry): void {
    const event = toEvent(entry);
    if (!event) return;
    const index = this.#events.findLastIndex(({ seq }) => seq <= event.seq);
    if (this.#events[index]?.seq === event.seq) return;
    this.#events = this.#events.toSpliced(index + 1, 0, event);
  }
}

function toEvent(entry: Wire.Entry): RoomEvent | undefined {
  const common = { key: `entry-${entry.seq}`, seq: entry.seq, at: Date.parse(entry.at), by: entry.by };
  switch (entry.type) {
    case 'member_joined':
    case 'member_changed':
      return { ...common, type: entry.type, member: toMember(entry.member) };
    case 'member_left':
      return { ...common, type: 'member_left', user: entry.user };
    case 'room_changed':
      return { ...common, type: 'room_changed', info: toRoomInfo(entry.info) };
    default:
      return undefined;
  }
}
