/** What a user sees beside the open rooms: the list of their rooms with what is unread, and the bots. */
import type { Bot } from './model/agent.ts';
import type { RoomSummary, Unread } from './model/room.ts';
import { pages } from './room/actions.ts';
import type { Source, Store } from './store/store.ts';
import { toBot, toRoomInfo, toRoomSummary, toUnread, withStatus } from './wire/convert.ts';
import type { Replies, Request, RequestOf } from './wire/frames.ts';
import type { Wire } from './wire/words.ts';

type Ask = <T extends Request['type']>(request: RequestOf<T>) => Promise<Replies[T]>;

/** Pages read of the room list: more rooms than a list can show. */
const PAGES = 10;

/** Unread messages over all rooms. */
export interface UnreadCounts {
  readonly total: number;
  readonly byRoom: Readonly<Record<string, Unread>>;
}

/** The rooms and bots of a user. */
export class Directory implements Source {
  readonly #store: Store;
  readonly #ask: Ask;
  readonly #summaries = new Map<string, RoomSummary>();
  #rooms: readonly RoomSummary[] | undefined;
  #unread: UnreadCounts | undefined;
  #bots: readonly Bot[] = [];
  #loaded = false;
  #wantsBots = false;

  constructor(store: Store, ask: Ask) {
    this.#store = store;
    this.#ask = ask;
  }

  /** One's rooms, the latest active first. */
  get rooms(): readonly RoomSummary[] {
    this.#rooms ??= [...this.#summaries.values()].sort((a, b) => b.activeAt - a.activeAt);
    return this.#rooms;
  }

  /** Whether the list of rooms was read. */
  get loaded(): boolean {
    return this.#loaded;
  }

  get unread(): UnreadCounts {
    this.#unread ??= {
      total: this.rooms.reduce((sum, { unread }) => sum + unread.count, 0),
      byRoom: Object.fromEntries(this.rooms.map(({ id, unread }) => [id, unread])),
    };
    return this.#unread;
  }

  get bots(): readonly Bot[] {
    return this.#bots;
  }

  publish(): [] {
    return [];
  }

  /** Reads everything anew, because things happened while the connection was away. */
  async load(): Promise<void> {
    const summaries: Wire.RoomSummary[] = [];
    await pages(PAGES, async (after) => {
      const { rooms, more } = await this.#ask({ type: 'list_rooms', after });
      summaries.push(...rooms);
      return more ? rooms.at(-1)?.room.id : undefined;
    });
    this.#summaries.clear();
    for (const summary of summaries) this.#summaries.set(summary.room.id, toRoomSummary(summary));
    this.#loaded = true;
    this.#change();
    if (this.#wantsBots) await this.loadBots();
  }

  /** Reads the list of bots, now and after each reconnect. */
  async loadBots(): Promise<void> {
    this.#wantsBots = true;
    const { bots } = await this.#ask({ type: 'list_bots' });
    this.#bots = bots.map(toBot);
    this.#change();
  }

  /** A bot as it is now. */
  setBot(wire: Wire.Bot): Bot {
    const bot = toBot(wire);
    this.#bots = this.#bots.map((other) => (other.user.id === bot.user.id ? bot : other));
    this.#change();
    return bot;
  }

  joined(summary: Wire.RoomSummary): void {
    this.#summaries.set(summary.room.id, toRoomSummary(summary));
    this.#change();
  }

  left(room: string): void {
    if (this.#summaries.delete(room)) this.#change();
  }

  /** Numbers of a room, from wherever they were heard; neither ever goes back. */
  setUnread(room: string, ordinal: number, read: number): void {
    const held = this.#summaries.get(room);
    if (!held) return;
    const next = toUnread(Math.max(ordinal, held.unread.ordinal), Math.max(read, held.unread.read));
    if (next.ordinal === held.unread.ordinal && next.read === held.unread.read) return;
    this.#summaries.set(room, { ...held, unread: next });
    this.#change();
  }

  /** An entry of an open room. */
  fold(entry: Wire.Entry): void {
    const held = this.#summaries.get(entry.room);
    if (entry.type === 'bot_status') {
      this.#bots = withStatus(this.#bots, entry);
      this.#change();
    } else if (held && (entry.type === 'message' || entry.type === 'room_changed')) {
      const info = entry.type === 'room_changed' ? toRoomInfo(entry.info) : {};
      this.#summaries.set(entry.room, {
        ...held,
        ...info,
        activeAt: Math.max(held.activeAt, Date.parse(entry.at)),
      });
      this.#change();
    }
  }

  /** Someone else is signed in. */
  clear(): void {
    this.#summaries.clear();
    this.#bots = [];
    this.#loaded = false;
    this.#change();
  }

  #change(): void {
    this.#rooms = undefined;
    this.#unread = undefined;
    this.#store.change(this, 'soon');
    this.#store.settle();
  }
}
