/** Who is in a room, and who of them is here. */
import type { Member, PresenceStatus, ReadBy } from '../model/room.ts';
import { toMember } from '../wire/convert.ts';
import { Catalog } from '../store/catalog.ts';
import type { Wire } from '../wire/words.ts';
import type { Place } from './core.ts';
import type { RoomPresence } from './room.ts';

/** A member with their presence. */
export interface Present extends Member {
  readonly presence: PresenceStatus;
}

/** Members and presence of one room. */
export class People implements RoomPresence {
  readonly #place: Place;
  readonly #members = new Catalog<Member>();
  /** Those who left: their messages still need a name. */
  readonly #gone = new Set<string>();
  readonly #presence = new Map<string, PresenceStatus>();
  count = 0;
  /** How far people have read; a new array only when that changed. */
  readBy: readonly ReadBy[] = [];

  constructor(place: Place) {
    this.#place = place;
  }

  /** All members known so far, by name; a new array only when something changed. */
  get list(): readonly Present[] {
    return this.#members.picture(this.#everyone);
  }

  get members(): readonly Present[] {
    return this.#members.picture(this.#present);
  }

  get me(): PresenceStatus {
    return this.of(this.#place.core.me ?? '');
  }

  update({ away }: { away: boolean }): void {
    const status = away ? 'away' : 'online';
    this.#place.core.connection.request<'set_presence'>({ type: 'set_presence', status });
  }

  /** Whether there are members that are not known yet. */
  get incomplete(): boolean {
    return this.list.length < this.count;
  }

  /** A member, or one who was. */
  get(user: string): Member | undefined {
    return this.#members.get(user);
  }

  of(user: string): PresenceStatus {
    return this.#presence.get(user) ?? 'offline';
  }

  /** A join was answered. */
  begin({ members, me, member_count }: Wire.Joined): void {
    for (const user of this.#members.keys()) this.#gone.add(user);
    this.add([...members, me]);
    this.count = member_count;
  }

  /** Who is here, all of them, and how far they have read. */
  here({ presence, read_by = [] }: Wire.Signals): void {
    this.#presence.clear();
    this.#members.changed();
    for (const one of presence) this.setPresence(one);
    this.readBy = read_by;
  }

  /** How far somebody has read. */
  setRead(by: ReadBy): void {
    this.readBy = [...this.readBy.filter(({ user }) => user !== by.user), by];
  }

  /** A page of members. */
  add(members: readonly Wire.Member[]): void {
    for (const member of members) {
      this.#gone.delete(member.user);
      this.#members.set(member.user, toMember(member));
    }
  }

  setPresence({ user, status }: Wire.Presence): void {
    if (this.of(user) === status) return;
    this.#presence.set(user, status);
    this.#members.changed();
  }

  /** Applies an entry that is newer than the join. */
  fold(entry: Wire.Entry): void {
    if ('member' in entry) {
      if (entry.type === 'member_joined') this.count += 1;
      this.add([entry.member]);
    } else if (entry.type === 'member_left') {
      this.count -= 1;
      this.#gone.add(entry.user);
      this.#presence.delete(entry.user);
      this.#members.changed();
    }
  }

  readonly #everyone = (members: Member[]): readonly Present[] =>
    members
      .filter(({ id }) => !this.#gone.has(id))
      .map((member) => ({ ...member, presence: this.of(member.id) }))
      .sort((a, b) => a.name.localeCompare(b.name));

  readonly #present = (): readonly Present[] => this.list.filter(({ presence }) => presence !== 'offline');
}
