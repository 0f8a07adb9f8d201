/** Who is in a room, and who of them is here. */
import type { Member, PresenceStatus } from '../model/room.ts';
import { toMember } from '../wire/convert.ts';
import type { Wire } from '../wire/words.ts';
import type { RoomPresence } from './room.ts';

/** A member with their presence. */
export interface Present extends Member {
  readonly presence: PresenceStatus;
}

/** Members and presence of one room. */
export class People implements RoomPresence {
  readonly #send: (status: PresenceStatus) => void;
  readonly #members = new Map<string, Member>();
  /** Those who left: their messages still need a name. */
  readonly #gone = new Map<string, Member>();
  readonly #presence = new Map<string, PresenceStatus>();
  #list: readonly Present[] | undefined;
  #here: readonly Present[] | undefined;
  count = 0;

  constructor(send: (status: PresenceStatus) => void) {
    this.#send = send;
  }

  /** All members known so far, by name; a new array only when something changed. */
  get list(): readonly Present[] {
    this.#list ??= [...this.#members.values()]
      .map((member) => ({ ...member, presence: this.of(member.id) }))
      .sort((a, b) => a.name.localeCompare(b.name) || (a.id < b.id ? -1 : 1));
    return this.#list;
  }

  get members(): readonly Present[] {
    this.#here ??= this.list.filter(({ presence }) => presence !== 'offline');
    return this.#here;
  }

  update({ away }: { away: boolean }): void {
    this.#send(away ? 'away' : 'online');
  }

  /** How many members are known. */
  get known(): number {
    return this.#members.size;
  }

  /** A member, or one who was. */
  get(user: string): Member | undefined {
    return this.#members.get(user) ?? this.#gone.get(user);
  }

  of(user: string): PresenceStatus {
    return this.#presence.get(user) ?? 'offline';
  }

  /** A join was answered. */
  begin(joined: Wire.Joined): void {
    this.#list = this.#here = undefined;
    for (const member of this.#members.values()) this.#gone.set(member.id, member);
    this.#members.clear();
    this.add([...joined.members, joined.me]);
    this.count = joined.member_count;
  }

  /** Who is here, all of them. */
  here(presence: readonly Wire.Presence[]): void {
    this.#list = this.#here = undefined;
    this.#presence.clear();
    for (const { user, status } of presence) this.#presence.set(user, status);
  }

  /** A page of members. */
  add(members: readonly Wire.Member[]): void {
    this.#list = this.#here = undefined;
    for (const member of members) this.#members.set(member.user, toMember(member));
  }

  setPresence(user: string, status: PresenceStatus): void {
    if (this.of(user) === status) return;
    this.#list = this.#here = undefined;
    this.#presence.set(user, status);
  }

  /** Applies an entry that is newer than the join. */
  fold(entry: Wire.Entry): void {
    if (entry.type === 'member_joined' || entry.type === 'member_changed') {
      if (!this.#members.has(entry.member.user)) this.count += 1;
      this.add([entry.member]);
    } else if (entry.type === 'member_left') {
      const member = this.#members.get(entry.user);
      if (member) this.#gone.set(entry.user, member);
      this.#members.delete(entry.user);
      this.#presence.delete(entry.user);
      this.count = Math.max(0, this.count - 1);
      this.#list = this.#here = undefined;
    }
  }
}
