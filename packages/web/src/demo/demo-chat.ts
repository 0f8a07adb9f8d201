/** A chat without a server, filled for one scene of the gallery. */
import {
  type BotView,
  type ChatView,
  type ConnectionView,
  type LogItem,
  type NoticeView,
  type RoomView,
  type Writable,
  writable,
  type UserView,
} from '@antiphon/react/ui/kit';
import type { PageView, RoomListView, RoomSummary, SessionView } from '../page/page.ts';
import { DemoPlaces } from './demo-places.ts';
import { bots, ines, mara, me, scribe } from '@antiphon/react/ui/samples';
import { DemoRoom } from './demo-room.ts';

const ROOMS: readonly RoomSummary[] = [
  { id: 'general', name: 'general', kind: 'group', unread: 0, mentioned: false },
  { id: 'release-42', name: 'release-42', kind: 'group', unread: 0, mentioned: false },
  { id: 'support-triage', name: 'support-triage', kind: 'group', unread: 3, mentioned: false },
  { id: 'harbour-watch', name: 'harbour-watch', kind: 'group', unread: 1, mentioned: true },
  { id: 's-scribe', name: 'scribe', kind: 'session', unread: 0, mentioned: false, other: scribe },
  { id: 'd-mara', name: mara.name, kind: 'direct', unread: 2, mentioned: false, other: mara },
  { id: 'd-ines', name: ines.name, kind: 'direct', unread: 0, mentioned: false, other: ines },
];

export class DemoChat implements ChatView, PageView {
  readonly chat = this;
  readonly me: Writable<UserView | undefined> = writable<UserView | undefined>(me);
  readonly session: Writable<SessionView> = writable<SessionView>({ state: 'signed_in', me });
  readonly connection: Writable<ConnectionView> = writable<ConnectionView>({
    state: 'connected',
    since: Date.now(),
    rttMs: 18,
    waiting: 0,
  });
  readonly rooms: Writable<RoomListView> = writable<RoomListView>({ rooms: ROOMS, loading: false });
  readonly places = new DemoPlaces(this.rooms);
  readonly bots: Writable<readonly BotView[]> = writable(bots);
  readonly #rooms = new Map<string, DemoRoom>();
  readonly #listeners = new Set<(notice: NoticeView) => void>();

  room(id: string): RoomView {
    return this.#rooms.get(id) ?? this.fill(id, []);
  }

  /** Puts a log into a room, making the room if need be. */
  fill(id: string, items: readonly LogItem[], loading: 'none' | 'first' = 'none'): DemoRoom {
    const summary = this.rooms.get().rooms.find((room) => room.id === id);
    const room = new DemoRoom(
      {
        id,
        name: summary?.name ?? id,
        kind: summary?.kind ?? 'group',
        topic: 'Ship the resume protocol by Friday',
        state: 'joined',
      },
      items,
      loading,
    );
    this.#rooms.set(id, room);
    return room;
  }

  notify(notice: NoticeView): void {
    for (const listener of this.#listeners) listener(notice);
  }

  onNotice(listener: (notice: NoticeView) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  signIn(name: string): Promise<void> {
    this.session.set({ state: 'signed_in', me: { ...me, name } });
    return Promise.resolve();
  }

  signOut(): Promise<void> {
    this.session.set({ state: 'signed_out', guests: true });
    return Promise.resolve();
  }

  retryNow(): void {
    this.connection.set({ state: 'connected', since: Date.now(), rttMs: 20, waiting: 0, caughtUp: 12 });
  }

  openDirect(userId: string): Promise<string> {
    return Promise.resolve(
      this.rooms.get().rooms.find((room) => room.other?.id === userId)?.id ?? `d-${userId}`,
    );
  }

  search(): Promise<readonly []> {
    return Promise.resolve([]);
  }

  startBot(userId: string): Promise<void> {
    return this.#setStatus(userId, 'starting');
  }

  stopBot(userId: string): Promise<void> {
    return this.#setStatus(userId, 'stopping');
  }

  lookAtBot(): void {
    // It is known from the start here.
  }

  download(): Promise<void> {
    return Promise.resolve();
  }

  #setStatus(userId: string, status: BotView['status']): Promise<void> {
    this.bots.update((list) => list.map((bot) => (bot.user.id === userId ? { ...bot, status } : bot)));
    return Promise.resolve();
  }
}
