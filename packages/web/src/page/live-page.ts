/** The page over the SDK: one client for the life of the page, whoever signs in and out of it. */
import { type ChatClient, createChatClient, getConfig } from '@antiphon/client';
import { type Directory, directoryOf } from '@antiphon/client/directory';
import { indexedDbOutbox } from '@antiphon/client/indexeddb';
import { sharedTabs } from '@antiphon/client/tabs';
import {
  glanceOf,
  forgetDrafts,
  LiveChat,
  memo,
  type Readable,
  settled,
  writable,
} from '@antiphon/react/ui/kit';
import { Guest } from './guest.ts';
import type { HitView, PageView, Places, RoomListView, SessionView } from './page.ts';
import { LivePlaces, placesOf } from './places.ts';
import { roomList } from './rooms.ts';

/** The room that everyone joins, until the server names another one. */
const HOME = 'general';
/** Messages that a search shows; who needs more says more words. */
const HITS = 6;
/** A reader who comes back this soon finds a room as they left it, without loading it again. */
const LINGER_MS = 60_000;

export class LivePage implements PageView {
  readonly chat: LiveChat;
  readonly session: Readable<SessionView>;
  readonly rooms: Readable<RoomListView>;
  readonly places: Places;
  readonly #url: string;
  readonly #guest: Guest;
  readonly #client: ChatClient;
  readonly #directory: Directory;
  readonly #home = writable<string | undefined>(HOME);

  constructor(url: string) {
    this.#url = url;
    this.#guest = new Guest(url);
    this.#client = createChatClient({
      url,
      auth: this.#guest.auth,
      user: this.#guest.user,
      outbox: indexedDbOutbox(),
      shareTabs: sharedTabs(),
    });
    this.#directory = directoryOf(this.#client);
    this.chat = new LiveChat(this.#client, {
      user: () => this.#guest.user,
      download: (path, name) => this.#download(path, name),
      lingerMs: LINGER_MS,
    });
    this.session = this.#guest.session;
    this.rooms = this.chat.watch(this.#roomList(), this.chat.others.known, this.#home);
    const mine = memo(
      () => [this.#directory.rooms, this.#home.get()],
      ([rooms, home]) => placesOf(rooms, home),
    );
    this.places = new LivePlaces(this.#client, this.chat.watch(mine, this.#home));
    this.#client.subscribe(
      (chat) => this.#directory.roomsLoaded && chat.user,
      () => this.#settleIn(),
    );
  }

  /** Connects whoever was here before, or shows the door. */
  start(): void {
    if (this.#guest.user) this.#connect();
    else void this.#guest.welcome();
    this.chat.start();
    this.#guest.followOthers(() => void this.#leave(false));
  }

  async signIn(name: string): Promise<void> {
    await this.#guest.signIn(name);
    this.#connect();
  }

  async signOut(): Promise<void> {
    forgetDrafts();
    await this.#leave(true);
  }

  async openDirect(userId: string): Promise<string | undefined> {
    const known = this.rooms.get().rooms.find((room) => room.other?.id === userId);
    if (known) return known.id;
    try {
      const bot = this.#directory.bots.find(({ user }) => user.id === userId);
      const kind = bot ? 'session' : 'direct';
      const { createRoom } = await import('@antiphon/client/rooms');
      const { id } = await createRoom(this.#client, { kind, name: bot?.user.name ?? '', members: [userId] });
      return id;
    } catch (error) {
      this.chat.notices.tell('The conversation could not be opened.', error);
      return undefined;
    }
  }

  async search(words: string): Promise<readonly HitView[]> {
    const found = await import('@antiphon/client/rooms')
      .then(({ searchMessages }) => searchMessages(this.#client, words, { limit: HITS }))
      .catch(() => []);
    const { rooms } = this.rooms.get();
    return found.map((message) => ({
      roomId: message.room,
      roomName: rooms.find(({ id }) => id === message.room)?.name ?? message.room,
      key: message.key,
      excerpt: glanceOf(message),
      at: message.at,
    }));
  }

  async #download(path: string, name: string): Promise<void> {
    const { download } = await import('./download.ts');
    await download(new URL(path, this.#url), name, this.#guest.token);
  }

  /** Ends the session here. What was not sent is kept where it merely ended, maybe by its age. */
  async #leave(forget: boolean): Promise<void> {
    this.#guest.signOut();
    this.chat.forget();
    await this.#client.disconnect({ forget });
  }

  #connect(): void {
    // How it goes is shown by the connection's state.
    this.#client.connect().catch(() => undefined);
  }

  /** Signed in and connected: joins the room of everyone. */
  #settleIn(): void {
    if (this.#directory.roomsLoaded && this.#client.user) void this.#joinHome();
  }

  async #joinHome(): Promise<void> {
    const home = await getConfig({ url: this.#url }).then(
      (config) => config.defaultRoom,
      () => HOME,
    );
    this.#home.set(home);
    if (this.#directory.rooms.some(({ id }) => id === home)) return;
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
    const { known } = this.chat.others;
    return settled(
      memo(
        () => [this.#directory.rooms, this.#directory.roomsLoaded, known.get(), this.#home.get()],
        ([rooms, loaded, others, home]) => roomList({ rooms, loaded, others, home }),
      ),
    );
  }
}
