/** A chat as components look at it, over one client of the SDK: whoever signs in and out of that client. */
import type { ChatClient, User } from '@antiphon/client';
import { type Directory, directoryOf } from '@antiphon/client/directory';
import type { ChatView, RoomView } from '../view/chat.ts';
import type { BotView, ConnectionView, NoticeView, UserView } from '../view/model.ts';
import { type Readable, writable } from '../view/readable.ts';
import { Attendance } from './attendance.ts';
import { botView } from './bots.ts';
import { connectionView } from './connection.ts';
import { LiveRoom } from './live-room.ts';
import { memo, settled } from './memo.ts';
import { Notices } from './notices.ts';
import { Others } from './others.ts';
import { userView } from './people.ts';

/** What a client does not know about the page that it works for. */
export interface LiveChatOptions {
  /** Who is signed in, where that is known before there is a connection. */
  readonly user?: () => User | undefined;
  /** Fetches a file that only members may have. */
  readonly download?: (url: string, name: string) => Promise<void>;
  /** For how long a room stays open that nobody looks at any more, in milliseconds. */
  readonly lingerMs?: number;
}

export class LiveChat implements ChatView {
  readonly me: Readable<UserView | undefined>;
  readonly connection: Readable<ConnectionView>;
  readonly bots: Readable<readonly BotView[]>;
  readonly notices = new Notices();
  readonly others: Others;
  readonly #client: ChatClient;
  readonly #directory: Directory;
  readonly #user: () => User | undefined;
  readonly #download: LiveChatOptions['download'];
  readonly #attendance = new Attendance((away) => this.#tellPresence(away));
  readonly #rooms = new Map<string, LiveRoom>();
  readonly #controls = writable<ReadonlySet<string>>(new Set());
  /** Bots of which I asked, or know, whether I may control them. */
  readonly #looked = new Set<string>();
  readonly #lingerMs: number;
  #shown = 0;
  #stop: () => void = () => undefined;

  constructor(client: ChatClient, options: LiveChatOptions = {}) {
    const { user = () => client.user, download, lingerMs = 0 } = options;
    this.#lingerMs = lingerMs;
    this.#client = client;
    this.#directory = directoryOf(client);
    this.#user = user;
    this.#download = download;
    this.others = new Others(client);
    this.me = this.watch(
      memo(
        () => [user()],
        ([now]) => now && userView(now),
      ),
    );
    this.connection = this.watch(connectionView(client));
    this.bots = this.watch(this.#botList(), this.#controls);
  }

  /** Follows the client for as long as somebody shows it; returns the end of that. */
  start(): () => void {
    if (this.#shown === 0) this.#stop = this.#follow();
    this.#shown += 1;
    let mine = true;
    return () => {
      if (!mine) return;
      mine = false;
      this.#shown -= 1;
      if (this.#shown === 0) this.#stop();
    };
  }

  #follow(): () => void {
    const offs = [
      this.#client.onStatus(({ state }) => state === 'connected' && this.#attendance.repeat()),
      this.#client.onError((error) => this.notices.tell('Something did not work.', error)),
      this.#client.subscribe(
        () => this.#directory.rooms,
        (rooms) => this.others.look(rooms),
      ),
      this.#client.subscribe(
        (chat) => this.#directory.roomsLoaded && chat.user,
        () => this.#settleIn(),
      ),
      this.#attendance.start(),
    ];
    this.others.look(this.#directory.rooms);
    this.#settleIn();
    return () => offs.forEach((off) => off());
  }

  /** Somebody else comes: what was known of the one before is forgotten. */
  forget(): void {
    this.others.forget();
    this.#looked.clear();
    this.#controls.set(new Set());
  }

  room(id: string): RoomView {
    let room = this.#rooms.get(id);
    if (!room) {
      const host = {
        client: this.#client,
        notices: this.notices.of(id),
        lingerMs: this.#lingerMs,
        user: this.#user,
        others: this.others.known,
        controls: this.#controls,
      };
      room = new LiveRoom(id, host);
      this.#rooms.set(id, room);
    }
    return room;
  }

  onNotice(listener: (notice: NoticeView) => void): () => void {
    return this.notices.listen(listener);
  }

  retryNow(): void {
    // How it goes is shown by the connection's state.
    this.#client.connect().catch(() => undefined);
  }

  startBot(userId: string): Promise<void> {
    return this.notices.attempt('The agent did not start.', () => this.#directory.startBot(userId));
  }

  stopBot(userId: string): Promise<void> {
    return this.notices.attempt('The agent did not stop.', () => this.#directory.stopBot(userId));
  }

  lookAtBot(userId: string): void {
    if (this.#looked.has(userId)) return;
    this.#looked.add(userId);
    void this.#mayControl(userId).then((may) => {
      if (may) this.#controls.update((known) => new Set([...known, userId]));
    });
  }

  download(url: string, name: string): Promise<void> {
    const download = this.#download ?? (() => Promise.reject(new Error('this page hands out no files')));
    return this.notices.attempt('The file could not be fetched.', () => download(url, name));
  }

  /** A value of the client that components watch. */
  watch<T>(get: () => T, ...more: readonly Readable<unknown>[]): Readable<T> {
    return {
      get,
      subscribe: (onChange) => {
        const offs = [this.#client.subscribe(get, onChange), ...more.map((one) => one.subscribe(onChange))];
        return () => offs.forEach((off) => off());
      },
    };
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

  /** Signed in and connected: looks who the agents are. */
  #settleIn(): void {
    if (this.#directory.roomsLoaded && this.#client.user) this.#directory.loadBots().catch(() => undefined);
  }

  /** Presence belongs to the person, so any room tells it for all. */
  #tellPresence(away: boolean): void {
    const [room] = [...this.#rooms.keys()].flatMap((id) => this.#client.getRoom(id) ?? []);
    room?.presence.update({ away });
  }

  #botList(): () => readonly BotView[] {
    return settled(() => {
      const atWork = [...this.#rooms.values()].flatMap((room) => room.atWork);
      return this.#directory.bots.map((bot) => {
        const canControl = bot.owner === this.#user()?.id || this.#controls.get().has(bot.user.id);
        return botView(bot, { atWork, canControl });
      });
    });
  }
}
