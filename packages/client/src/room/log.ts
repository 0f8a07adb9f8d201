/** A room's log as far as this client holds it: entries folded, once and in order, into all that the room shows. */
import type { RoomEvent } from '../model/room.ts';
import { Catalog } from '../store/catalog.ts';
import { toMember } from '../wire/convert.ts';
import { said } from '../wire/said.ts';
import type { Wire } from '../wire/words.ts';
import type { Agents } from './agents.ts';
import type { People } from './people.ts';
import { type Change, MessageTable } from './table.ts';

/** What applying an entry did: maybe nothing, because it was applied before, or others are missing before it. */
export type Applied = Change | 'old' | 'hole' | 'applied';

/** Changes kept for messages that a history page may be about to bring. */
const ORPHANS = 256;

/** The log of one room. */
export class RoomLog {
  readonly messages = new MessageTable();
  readonly #people: People;
  readonly #agents: Agents;
  /** Which incarnation of the log; nothing before the first join. */
  epoch: string | undefined;
  /** The last applied entry. */
  seq = 0;
  /** The oldest entry held; what is before it is history. */
  lowest = 1;
  /** State that came with the join covers entries up to here. */
  #covered = 0;
  readonly #events = new Catalog<RoomEvent>();
  #orphans: Wire.Entry[] | undefined;
  /** The room as its latest entry describes it. */
  info: Wire.Room | undefined;

  constructor(people: People, agents: Agents) {
    this.#people = people;
    this.#agents = agents;
  }

  /** What to ask for when joining again. */
  get cursor(): Wire.Cursor | undefined {
    return this.epoch === undefined ? undefined : { epoch: this.epoch, seq: this.seq };
  }

  /** What happened to the room, oldest first; a new array only when something did. */
  get events(): readonly RoomEvent[] {
    return this.#events.picture(byPosition);
  }

  /** A join was answered; its entries come next. */
  begin(joined: Wire.Joined): void {
    const { mode, entries, head } = joined;
    if (mode !== 'resumed') {
      this.#clear();
      this.lowest = entries[0]?.seq ?? head + 1;
      this.seq = this.lowest - 1;
    }
    this.epoch = joined.epoch;
    this.#covered = head;
    this.#people.begin(joined);
    this.#agents.begin(joined);
    this.info = joined.info;
  }

  /** Applies an entry if it is the next one; one that came before, or leaves a hole, is not applied. */
  apply(entry: Wire.Entry, me: string | undefined): Applied {
    if (entry.seq !== this.seq + 1) return entry.seq <= this.seq ? 'old' : 'hole';
    this.seq = entry.seq;
    if (entry.seq > this.#covered) this.#foldState(entry);
    this.#foldEvent(entry);
    this.#agents.fold(entry);
    const change = this.messages.fold(entry, me);
    if (!change && this.#orphans && this.#orphans.length < ORPHANS) this.#orphans.push(entry);
    return change ?? 'applied';
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
    this.lowest = more ? (entries[0]?.seq ?? this.lowest) : 1;
    for (const orphan of this.#orphans ?? []) this.messages.fold(orphan, me);
    this.forgetPage();
  }

  /** The page did not come. */
  forgetPage(): void {
    this.#orphans = undefined;
  }

  /** Forgets the oldest messages beyond `limit`, with all that happened before them. */
  trim(limit: number): void {
    const lowest = this.messages.trim(limit);
    if (lowest === undefined) return;
    this.lowest = lowest;
    for (const [key, { seq }] of this.#events) if (seq < lowest) this.#events.delete(key);
  }

  /** Forgets everything, the position included. */
  forget(): void {
    this.#clear();
    this.epoch = undefined;
  }

  #clear(): void {
    this.messages.clear();
    this.#agents.clear();
    this.#events.clear();
  }

  #foldState(entry: Wire.Entry): void {
    this.#people.fold(entry);
    if ('info' in entry) this.info = entry.info;
    else if (entry.type === 'bot_status') this.#agents.foldBot(entry);
  }

  #foldEvent(entry: Wire.Entry): void {
    const event = toEvent(entry);
    if (event) this.#events.set(event.key, event);
  }
}

/** Between messages stands who came and went, and what became of the room. */
function toEvent(entry: Wire.Entry): RoomEvent | undefined {
  const told = (more?: object) => ({ ...said(entry), key: `entry-${entry.seq}`, ...more }) as RoomEvent;
  if ('member' in entry) return told({ member: toMember(entry.member) });
  if ('info' in entry) return told({ info: said(entry.info) });
  return entry.type === 'member_left' ? told() : undefined;
}

function byPosition(events: RoomEvent[]): readonly RoomEvent[] {
  return events.sort((a, b) => a.seq - b.seq);
}
