/** What comes in for a room, and what of it becomes visible when. */
import type { Unasked } from '../connection/connection.ts';
import { ignore } from '../environment.ts';
import { ChatError } from '../errors.ts';
import type { Message } from '../model/message.ts';
import type { ToolExecution } from '../model/part.ts';
import type { RoomStatus, Unread } from '../model/room.ts';
import { toPending } from '../outbox/entry.ts';
import { Listeners } from '../store/listeners.ts';
import { LAZY, NOW, SOON, type Source, type Urgency } from '../store/store.ts';
import { heardMore, toMember, toUnread } from '../wire/convert.ts';
import { said } from '../wire/said.ts';
import type { Wire } from '../wire/words.ts';
import { loadMembers } from './actions.ts';
import { Agents } from './agents.ts';
import type { Core } from './core.ts';
import { History } from './history.ts';
import { RoomLog } from './log.ts';
import { People } from './people.ts';
import { type JoinOptions, type Subscriber, Subscription } from './subscription.ts';
import type { Change } from './table.ts';
import { ToolIndex } from './tool-index.ts';
import { Typists } from './typists.ts';

/** Frames that belong to one room. */
export type RoomFrame = Extract<Unasked, { room: string }>;

/** Entries that never wait behind text. */
const TURNS = /^(?:run|tool)_changed|^message_completed|^approval/;

/** A room that follows its log. */
export class LiveRoom implements Source, Subscriber {
  readonly id: string;
  readonly presence: People;
  readonly tools: ToolIndex;
  readonly typing: Typists;
  readonly core: Core;
  protected readonly agents: Agents;
  protected readonly log: RoomLog;
  protected readonly history: History;
  readonly subscription: Subscription;
  readonly #messageListeners = new Listeners<[Message]>();
  readonly #toolListeners = new Listeners<[ToolExecution]>();
  readonly onMessage = this.#messageListeners.add;
  readonly onToolExecution = this.#toolListeners.add;
  /** Who looks at single messages. */
  protected readonly rows = new Map<string, Listeners<[]>>();
  protected list: readonly Message[] | undefined;
  #status: RoomStatus | undefined;
  unread: Unread = toUnread(0, 0);
  #me: Wire.Member | undefined;
  /** Keys of messages to tell about once they are published, and of those whose tools changed while we looked. */
  #told: string[] = [];
  #touched = new Set<string>();
  /** Keys of messages whose text is not what the server has. */
  #torn = new Set<string>();

  constructor(id: string, wanted: JoinOptions, core: Core) {
    this.id = id;
    this.core = core;
    this.presence = new People(this);
    this.agents = new Agents(this);
    this.tools = new ToolIndex(this, this.agents.approvals);
    this.log = new RoomLog(this.presence, this.agents);
    this.history = new History(this, this.log);
    this.typing = new Typists(this);
    this.subscription = new Subscription(this, wanted, this.log);
    this.syncPending();
  }

  /** A new object only when something changed. */
  get status(): RoomStatus {
    const { phase, error, recovered } = this.subscription;
    const { info } = this.log;
    const me = this.#me;
    this.#status ??= { phase, error, recovered, info: info && said(info), me: me && toMember(me) };
    return this.#status;
  }

  getMessage(key: string): Message | undefined {
    return this.log.messages.get(key);
  }

  /** Whether messages can go out: a room that is being joined may still be about to make us a member. */
  get accepting(): boolean {
    const { phase } = this.subscription;
    return phase === 'joined' || phase === 'denied';
  }

  /** The user is a member again. */
  welcome(): void {
    if (this.subscription.phase === 'denied') this.subscription.join();
  }

  /** The connection is gone. */
  pause(): void {
    this.subscription.pause();
    this.typing.reset([]);
  }

  /** Nobody holds the room any more. */
  end(): void {
    this.typing.reset([]);
    this.subscription.leave();
  }

  /** Someone else is signed in: nothing here is theirs. */
  forget(): void {
    this.log.forget();
    this.unread = toUnread(0, 0);
    this.change(NOW);
  }

  /** A frame of this room came. */
  handle(frame: RoomFrame): void {
    const { messages } = this.log;
    switch (frame.type) {
      case 'append':
        this.#touched.add(frame.message_id);
        if (!messages.grow(frame.message_id, frame.part, frame)) this.subscription.resync();
        break;
      case 'part':
        this.#touched.add(frame.message_id);
        messages.setPart(frame.message_id, frame.part, frame.generation, frame.value, frame.visible_to);
        break;
      case 'entries':
        return this.subscription.page(frame.entries);
      case 'caught_up':
        if (frame.seq > this.log.seq) this.subscription.resync();
        if (frame.signals) this.#signals(frame.signals);
        return this.change(SOON);
      case 'typing':
        return this.typing.set(frame.user, frame.active);
      case 'presence':
        this.presence.setPresence(frame);
        break;
      case 'read':
        this.presence.setRead(frame);
        break;
      case 'queue':
        this.agents.setQueue(frame);
        return this.change(SOON);
      case 'unread':
        return this.setUnread(frame);
      case 'revoked':
      case 'room_left':
        return this.subscription.revoke(new ChatError('forbidden', 'access was withdrawn'));
      default:
        return this.entries([frame], true);
    }
    this.change(LAZY);
  }

  /** The outbox has something else for this room now. */
  syncPending(): void {
    this.log.messages.setPending(this.core.outbox.of(this.id).map(toPending));
    this.change(NOW);
  }

  /** A message of one's own was stored. */
  stored(wire: Wire.Message): void {
    // A message from before what is held would leave a gap behind it; it comes with its page.
    if (wire.seq >= this.log.lowest) this.log.messages.put(wire, this.core.me);
    this.change(NOW);
  }

  publish(): (() => void)[] {
    const { list, keys } = this.log.messages.publish();
    if (list || keys.size > 0) this.list = undefined;
    const tools: ToolExecution[] = [];
    for (const key of keys) {
      const changed = this.tools.update(key, this.getMessage(key));
      // What a page of history shows is not news.
      if (this.#touched.has(key)) tools.push(...changed);
    }
    const told = this.#told.flatMap((key) => this.getMessage(key) ?? []);
    this.#told = [];
    this.#touched.clear();
    return [
      ...[...keys].map((key) => () => this.rows.get(key)?.emit()),
      ...tools.flatMap((tool) => tell(tool, this.#toolListeners, this.core.toolListeners)),
      ...told.flatMap((message) => tell(message, this.#messageListeners, this.core.messageListeners)),
    ];
  }

  /** Something changed; it is published when all that came with it was handled. */
  protected change(urgency: Urgency): void {
    this.core.store.change(this, urgency);
  }

  /** Something changed that came alone. */
  show(urgency: Urgency): void {
    this.change(urgency);
    this.core.store.settle();
  }

  /** Numbers from wherever they were heard. */
  protected setUnread(heard: { ordinal?: number; read?: number }): void {
    const next = heardMore(this.unread, heard);
    if (next === this.unread) return;
    this.unread = next;
    this.core.frames.emit({ type: 'unread', room: this.id, ...next });
    this.change(SOON);
  }

  protected target(key: string): { room: string; message_id: string } {
    return { room: this.id, message_id: this.getMessage(key)?.id ?? key };
  }

  /** What the status shows is another thing now. */
  moved(): void {
    this.#status = undefined;
    this.change(NOW);
  }

  joined(joined: Wire.Joined): void {
    this.log.begin(joined);
    this.history.reset();
    this.#me = joined.me;
    this.#signals(joined.signals);
    const { read } = this.unread;
    this.setUnread(joined);
    // What was read while the connection was away, or was said into one that was lost.
    if (read > joined.read) this.sayRead(Math.min(read, joined.ordinal)).catch(ignore);
    for (const key of this.#torn) this.#mend(key);
    if (this.presence.incomplete) this.#loadMembers().catch(ignore);
  }

  #signals(signals: Wire.Signals): void {
    const { typing, queues = [] } = signals;
    this.typing.reset(typing);
    this.presence.here(signals);
    this.agents.queues = queues;
  }

  protected async sayRead(ordinal: number): Promise<void> {
    this.setUnread(await this.core.connection.ask({ type: 'mark_read', room: this.id, ordinal }));
    this.core.store.settle();
  }

  async #loadMembers(): Promise<void> {
    await loadMembers(this.core, this.id, (members) => {
      this.presence.add(members);
      this.show(SOON);
    });
  }

  entries(entries: readonly Wire.Entry[], live: boolean): void {
    for (const entry of entries) {
      const applied = this.log.apply(entry, this.core.me);
      if (applied === 'hole') return this.subscription.resync();
      if (applied !== 'old') this.#after(entry, applied, live);
    }
    if (live) this.log.trim(this.history.limit);
  }

  #after(entry: Wire.Entry, change: Change | 'applied', live: boolean): void {
    if (entry.type === 'message') {
      this.typing.set(entry.message.sender, false);
      this.setUnread(entry.message);
    }
    if ('member' in entry && entry.member.user === this.#me?.user) this.#me = entry.member;
    if ('member' in entry || 'info' in entry) this.moved();
    this.change(TURNS.test(entry.type) ? NOW : SOON);
    if (change === 'applied') return;
    const { key, what } = change;
    const news = live || this.subscription.recovered === 'replayed';
    const message = this.log.messages.byKey(key)?.message;
    if (news) this.#touched.add(key);
    if (message?.own) this.core.outbox.confirm(key, message);
    if (what === 'torn') this.#mend(key);
    const whole = what === 'completed' || (what === 'created' && message?.status !== 'streaming');
    if (whole && news) this.#told.push(key);
  }

  /** What was assembled is not what the server has: takes its word, if need be on the next connection. */
  #mend(key: string): void {
    this.#torn.add(key);
    this.core.connection.request<'get_message'>(
      { type: 'get_message', ...this.target(key) },
      ({ message }) => {
        this.#torn.delete(key);
        this.log.messages.replace(message, this.core.me);
        this.#told.push(key);
        this.change(NOW);
      },
      (error) => {
        if (error.code === 'disconnected') return;
        this.#torn.delete(key);
        this.core.error(error);
      },
    );
  }
}

/** How to tell something to who listens to the room, and to all rooms. */
function tell<T>(news: T, ...listeners: Listeners<[T]>[]): (() => void)[] {
  return listeners.map((heard) => () => heard.emit(news));
}
