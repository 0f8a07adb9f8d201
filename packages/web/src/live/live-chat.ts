/** The page's chat, over the SDK: one client for the life of the page, whoever signs in and out of it. */
import { type ChatClient, createChatClient, getConfig } from '@antiphon/client';
import { indexedDbOutbox } from '@antiphon/client/indexeddb';
import type { ChatView, RoomView } from '../view/chat.ts';
import type {
  BotView,
  ConnectionView,
  HitView,
  NoticeView,
  RoomListView,
  SessionView,
} from '../view/model.ts';
import { type Readable, writable } from '../view/readable.ts';
import { forgetDrafts } from '../composer/draft.ts';
import { Attendance } from './attendance.ts';
import { botView } from './bots.ts';
import { connectionView } from './connection.ts';
import { Guest } from './guest.ts';
import { LiveRoom } from './live-room.ts';
import { memo, settled } from './memo.ts';
import { excerptOf } from './message.ts';
import { Notices } from './notices.ts';
import { Others } from './others.ts';
import { roomList } from './rooms.ts';

/** A room begins with this many agents at most; a server with more of them needs a choice. */
const MOST_AGENTS = 5;

/** The room that everyone joins, until the server names another one. */
const HOME = 'general';
/** Messages that a search shows; who needs more says more words. */
const HITS = 6;

export class LiveChat implements ChatView {
  readonly session: Readable<SessionView>;
  readonly connection: Readable<ConnectionView>;
  readonly rooms: Readable<RoomListView>;
  readonly bots: Readable<readonly BotView[]>;
  readonly #url: string;
  readonly #guest: Guest;
  readonly #client: ChatClient;
  readonly #notices = new Notices();
  readonly #attendance = new Attendance((away) => this.#tellPresence(away));
  readonly #others: Others;
  readonly #rooms = new Map<string, LiveRoom>();
  readonly #controls = writable<ReadonlySet<string>>(new Set());
  /** Bots of which I asked, or know, whether I may control them. */
  readonly #looked = new Set<string>();
  readonly #home = writable<string | undefined>(HOME);

  constructor(url: string, client?: ChatClient) {
    this.#url = url;
    this.#guest = new Guest(url);
    this.#client =
      client ??
      createChatClient({ url, auth: this.#guest.auth, user: this.#guest.user, outbox: indexedDbOutbox() });
    this.#others = new Others(this.#client);
    this.session = this.#guest.session;
    this.connection = this.#watch(connectionView(this.#client));
    this.rooms = this.#watch(this.#roomList(), this.#others.known, this.#home);
    this.bots = this.#watch(this.#botList(), this.#controls);
    this.#client.onStatus(({ state }) => state === 'connected' && this.#attendance.repeat());
    this.#client.onError((error) => this.#notices.tell('Something did not work.', error));
    this.#client.subscribe(
      (chat) => chat.rooms,
      (rooms) => this.#others.look(rooms),
    );
    this.#client.subscribe(
      (chat) => chat.roomsLoaded && chat.user,
      () => this.#settleIn(),
    );
  }

  /** Connects whoever was here before, or shows the door. */
  start(): void {
    if (this.#guest.user) this.#connect();
    else void this.#guest.welcome();
    this.#attendance.start();
    this.#guest.onEndElsewhere(() => void this.#leave(false));
  }

  room(id: string): RoomView {
    let room = this.#rooms.get(id);
    if (!room) {
      const host = {
        client: this.#client,
        notices: this.#notices,
        user: () => this.#guest.user,
        others: this.#others.known,
        controls: this.#controls,
      };
      room = new LiveRoom(id, host);
      this.#rooms.set(id, room);
    }
    return room;
  }

  onNotice(listener: (notice: NoticeView) => void): () => void {
    return this.#notices.listen(listener);
  }

  async signIn(name: string): Promise<void> {
    await this.#guest.signIn(name);
    this.#connect();
  }

  async signOut(): Promise<void> {
    forgetDrafts();
    await this.#leave(true);
  }

  retryNow(): void {
    this.#connect();
  }

  async createRoom({ name, topic }: { name: string; topic?: string }): Promise<string> {
    // The agents come along: the composer offers to call them, and the page has no way yet to bring them in later.
    const members = this.#client.bots.slice(0, MOST_AGENTS).map((bot) => bot.user.id);
    const { id } = await this.#client.createRoom({
      name,
      members,
      ...(topic === undefined ? {} : { topic }),
    });
    return id;
  }

  async openDirect(userId: string): Promise<string | undefined> {
    const known = this.rooms.get().rooms.find((room) => room.other?.id === userId);
    if (known) return known.id;
    try {
      const bot = this.#client.bots.find(({ user }) => user.id === userId);
      const kind = bot ? 'session' : 'direct';
      const { id } = await this.#client.createRoom({ kind, name: bot?.user.name ?? '', members: [userId] });
      return id;
    } catch (error) {
      this.#notices.tell('The conversation could not be opened.', error);
      return undefined;
    }
  }

  async search(words: string): Promise<readonly HitView[]> {
    const found = await this.#client.search(words, HITS).catch(() => []);
    const { rooms } = this.rooms.get();
    return found.map((message) => ({
      roomId: message.room,
      roomName: rooms.find(({ id }) => id === message.room)?.name ?? message.room,
      key: message.key,
      excerpt: excerptOf(message),
      at: message.at,
    }));
  }

  startBot(userId: string): Promise<void> {
    return this.#notices.attempt('The agent did not start.', () => this.#client.startBot(userId));
  }

  stopBot(userId: string): Promise<void> {
    return this.#notices.attempt('The agent did not stop.', () => this.#client.stopBot(userId));
  }

  lookAtBot(userId: string): void {
    if (this.#looked.has(userId)) return;
    this.#looked.add(userId);
    void this.#mayControl(userId).then((may) => {
      if (may) this.#controls.update((known) => new Set([...known, userId]));
    });
  }

  download(url: string, name: string): Promise<void> {
    return this.#notices.attempt('The file could not be fetched.', async () => {
      const { download } = await import('./download.ts');
      await download(new URL(url, this.#url), name, this.#guest.token);
    });
  }

  /** The server shows what was said about a bot to those who may change it. */
  async #mayControl(userId: string): Promise<boolean> {
    const { getBot } = await import('@antiphon/client/bots');
    return getBot(this.#client, userId).then(
      ({ spec }) => spec !== undefined,
      // Lost on the way, it is asked again when somebody looks again.
      () => !this.#looked.delete(userId),
    );
  }

  /** Ends the session here. What was not sent is kept where it merely ended, maybe by its age. */
  async #leave(forget: boolean): Promise<void> {
    this.#guest.signOut();
    this.#others.forget();
    this.#looked.clear();
    this.#controls.set(new Set());
    await this.#client.disconnect({ forget });
  }

  #connect(): void {
    // How it goes is shown by the connection's state.
    this.#client.connect().catch(() => undefined);
  }

  /** Signed in and connected: joins the room of everyone, and looks who the agents are. */
  #settleIn(): void {
    if (!this.#client.roomsLoaded || !this.#client.user) return;
    this.#client.loadBots().catch(() => undefined);
    void this.#joinHome();
  }

  /** Presence belongs to the person, so any room tells it for all. */
  #tellPresence(away: boolean): void {
    const [room] = [...this.#rooms.keys()].flatMap((id) => this.#client.getRoom(id) ?? []);
    room?.presence.update({ away });
  }

  async #joinHome(): Promise<void> {
    const home = await getConfig({ url: this.#url }).then(
      (config) => config.defaultRoom,
      () => HOME,
    );
    this.#home.set(home);
    if (this.#client.rooms.some(({ id }) => id === home)) return;
    const room = this.#client.joinRoom(home);
    try {
      await room.ready;
    } catch {
      // Closed, or not there: no place in the list then.
      this.#home.set(undefined);
    } finally {
      room.leave();
    }
  }

  #roomList(): () => RoomListView {
    return settled(
      memo(
        () => [this.#client.rooms, this.#client.roomsLoaded, this.#others.known.get(), this.#home.get()],
        ([rooms, loaded, others, home]) => roomList({ rooms, loaded, others, home }),
      ),
    );
  }

  #botList(): () => readonly BotView[] {
    return settled(() => {
      const atWork = [...this.#rooms.values()].flatMap((room) => room.atWork);
      return this.#client.bots.map((bot) => {
        const canControl = bot.owner === this.#client.user?.id || this.#controls.get().has(bot.user.id);
        return botView(bot, { atWork, canControl });
      });
    });
  }

  #watch<T>(get: () => T, ...more: readonly Readable<unknown>[]): Readable<T> {
    return {
      get,
      subscribe: (onChange) => {
        const offs = [this.#client.subscribe(get, onChange), ...more.map((one) => one.subscribe(onChange))];
        return () => offs.forEach((off) => off());
      },
    };
  }
}
