/**
 * What a user sees beside the open rooms: the list of their rooms with what is unread, and the bots. An entry of its own,
 * because a page with one room needs none of it.
 */
import type { ChatClient } from './chat.ts';
import type { Unasked } from './connection/connection.ts';
import { toChatError } from './errors.ts';
import type { Bot } from './model/agent.ts';
import type { Member, RoomSummary, Unread } from './model/room.ts';
import { loadMembers, pages } from './room/actions.ts';
import type { Core } from './room/core.ts';
import { Catalog } from './store/catalog.ts';
import { SOON, type Source } from './store/store.ts';
import { heardMore, toBot, toMember, toRoomSummary, withStatus } from './wire/convert.ts';
import { said } from './wire/said.ts';
import type { Wire } from './wire/words.ts';

/** Pages read of the room list: more rooms than a list can show. */
const PAGES = 10;

/** How many bots are asked for at a time (a server gives no more than its page), and how often: all that there are. */
const BOTS = 1000;

/** Unread messages over all rooms. */
export interface UnreadCounts {
  readonly total: number;
  readonly byRoom: Readonly<Record<string, Unread>>;
}

const directories = /* @__PURE__ */ new WeakMap<ChatClient, Directory>();

/** The directory of a client: always the same one. */
export function directoryOf(chat: ChatClient): Directory {
  // Whatever implements the interface is the client, which rooms look at in the same way.
  const directory = directories.get(chat) ?? new Directory(chat as unknown as Core);
  directories.set(chat, directory);
  return directory;
}

/** The rooms and bots of a user. What is read from it are immutable values: a new one only when something changed. */
export class Directory implements Source {
  readonly #core: Core;
  readonly #rooms = new Catalog<RoomSummary>();
  /** All bots; empty until `loadBots()`. */
  bots: readonly Bot[] = [];
  /** Whether the list of rooms was read. */
  roomsLoaded = false;
  #wantsBots = false;

  constructor(core: Core) {
    this.#core = core;
    core.frames.add((frame) => this.#heard(frame));
    const user = () => core.me;
    const present = () => (core.connection.live ? core.me : undefined);
    core.store.subscribe(user, () => this.#forget());
    core.store.subscribe(present, (here) => here !== undefined && this.#load());
    if (present() !== undefined) this.#load();
  }

  /** One's rooms, the latest active first. */
  get rooms(): readonly RoomSummary[] {
    return this.#rooms.picture(latestFirst);
  }

  get unread(): UnreadCounts {
    return this.#rooms.picture(count);
  }

  /** Reads the list of bots, now and after each reconnect. */
  async loadBots(): Promise<void> {
    this.#wantsBots = true;
    const found: Bot[] = [];
    await pages(BOTS, async (after) => {
      const { bots, more } = await this.#core.connection.ask({ type: 'list_bots', after, limit: BOTS });
      found.push(...bots.map(toBot));
      return more ? bots.at(-1)?.user.id : undefined;
    });
    this.#setBots(found);
  }

  /** Has a bot brought up: for its owner and for administrators. How that goes is told by its `status`. */
  startBot(bot: string): Promise<Bot> {
    return this.#manage('start_bot', bot);
  }

  stopBot(bot: string): Promise<Bot> {
    return this.#manage('stop_bot', bot);
  }

  /** Who is in one of one's rooms, without opening it: the first few hundred. */
  async membersOf(room: string): Promise<readonly Member[]> {
    const found: Member[] = [];
    await loadMembers(this.#core, room, (members) => found.push(...members.map(toMember)));
    return found;
  }

  publish(): [] {
    return [];
  }

  async #manage(type: 'start_bot' | 'stop_bot', id: string): Promise<Bot> {
    const reply = await this.#core.connection.ask<'start_bot' | 'stop_bot'>({ type, bot: id }, 'repeat');
    const bot = toBot(reply.bot);
    this.#setBots(this.bots.map((other) => (other.user.id === id ? bot : other)));
    return bot;
  }

  /** Reads everything anew, because things happened while the connection was away. */
  #load(): void {
    this.#read().catch((cause: unknown) => {
      const error = toChatError(cause, 'internal', 'the list of rooms could not be read');
      if (error.code !== 'disconnected') this.#core.error(error);
    });
  }

  async #read(): Promise<void> {
    const found: RoomSummary[] = [];
    await pages(PAGES, async (after) => {
      const { rooms, more } = await this.#core.connection.ask({ type: 'list_rooms', after });
      found.push(...rooms.map(toRoomSummary));
      return more ? rooms.at(-1)?.room.id : undefined;
    });
    this.#rooms.clear();
    for (const summary of found) this.#rooms.set(summary.id, summary);
    this.roomsLoaded = true;
    this.#changed();
    if (this.#wantsBots) await this.loadBots();
  }

  #heard(frame: Unasked): void {
    switch (frame.type) {
      case 'room_joined':
        return this.#put(toRoomSummary(frame));
      case 'room_left':
      case 'revoked':
        if (this.#rooms.delete(frame.room)) this.#changed();
        return;
      case 'unread':
        return this.#setUnread(frame);
      case 'bot_status':
        return this.#setBots(withStatus(this.bots, frame));
      case 'message':
        return this.#moved(frame, {});
      case 'room_changed':
        return this.#moved(frame, said(frame.info));
      default:
    }
  }

  /** Numbers of a room, from wherever they were heard. */
  #setUnread(heard: { room: string; ordinal?: number; read?: number }): void {
    const held = this.#rooms.get(heard.room);
    if (!held) return;
    const unread = heardMore(held.unread, heard);
    if (unread !== held.unread) this.#put({ ...held, unread });
  }

  /** Something happened in a room. */
  #moved({ room, at }: Wire.Entry, change: Partial<RoomSummary>): void {
    const held = this.#rooms.get(room);
    if (held) this.#put({ ...held, ...change, activeAt: Math.max(held.activeAt, Date.parse(at)) });
  }

  /** Someone else is signed in. */
  #forget(): void {
    this.#rooms.clear();
    this.roomsLoaded = false;
    this.#setBots([]);
  }

  #put(summary: RoomSummary): void {
    this.#rooms.set(summary.id, summary);
    this.#changed();
  }

  #setBots(bots: readonly Bot[]): void {
    this.bots = bots;
    this.#changed();
  }

  #changed(): void {
    this.#core.store.change(this, SOON);
    this.#core.store.settle();
  }
}

function latestFirst(rooms: RoomSummary[]): readonly RoomSummary[] {
  return rooms.sort((a, b) => b.activeAt - a.activeAt);
}

function count(rooms: RoomSummary[]): UnreadCounts {
  return {
    total: rooms.reduce((sum, { unread }) => sum + unread.count, 0),
    byRoom: Object.fromEntries(rooms.map(({ id, unread }) => [id, unread])),
  };
}
