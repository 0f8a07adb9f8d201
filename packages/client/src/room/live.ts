/** What comes in for a room, and what of it becomes visible when. */
import type { Unasked } from '../connection/connection.ts';
import { ChatError } from '../errors.ts';
import type { Message } from '../model/message.ts';
import type { ToolExecution } from '../model/part.ts';
import type { RoomStatus, Unread } from '../model/room.ts';
import { toPending } from '../outbox/entry.ts';
import type { Urgency } from '../store/flush.ts';
import { Listeners } from '../store/listeners.ts';
import type { Source } from '../store/store.ts';
import { toMember, toRoomInfo, toUnread } from '../wire/convert.ts';
import type { Wire } from '../wire/words.ts';
import * as actions from './actions.ts';
import { Agents } from './agents.ts';
import { ApprovalBook } from './approvals.ts';
import type { Core } from './core.ts';
import { History } from './history.ts';
import { RoomLog } from './log.ts';
import { People } from './people.ts';
import { Subscription } from './subscription.ts';
import type { Change } from './table.ts';
import { ToolIndex } from './tool-index.ts';
import { Typists } from './typists.ts';

/** Frames that belong to one room. */
export type RoomFrame = Extract<Unasked, { room: string }>;

/** Entries that never wait behind text. */
const TURNS = /^(?:run|tool)_changed|^message_completed|^approval/;

/** A room that follows its log. */
export class LiveRoom implements Source {
  readonly id: string;
  protected readonly core: Core;
  protected readonly people: People;
  protected readonly agents: Agents;
  protected readonly log: RoomLog;
  protected readonly history: History;
  protected readonly subscription: Subscription;
  protected readonly typists: Typists;
  readonly tools: ToolIndex;
  protected readonly messageListeners = new Listeners<[Message]>();
  protected readonly toolListeners = new Listeners<[ToolExecution]>();
  /** Who looks at single messages. */
  protected readonly rows = new Map<string, Set<() => void>>();
  protected list: readonly Message[] | undefined;
  protected shown: RoomStatus = { phase: 'joining' };
  protected read = 0;
  protected counts: Unread = toUnread(0, 0);
  #statusChanged = false;
  #me: Wire.Member | undefined;
  /** Keys of messages to tell about once they are published, and of those whose tools changed while we looked. */
  #told: string[] = [];
  #touched = new Set<string>();
  /** Keys of messages whose text is not what the server has. */
  #torn = new Set<string>();

  constructor(id: string, limit: number, core: Core) {
    this.id = id;
    this.core = core;
    this.people = new People((status) =>
      core.request<'set_presence'>({ type: 'set_presence', status }, ignore, ignore),
    );
    this.tools = new ToolIndex((call) => actions.cancel(core, { room: id, tool_call: call }));
    const approvals = new ApprovalBook((approval, verdict) =>
      core.insist<'decide'>({ ...(verdict as Wire.Decide), type: 'decide', room: id, approval }),
    );
    this.agents = new Agents(approvals, (run) => actions.cancel(core, { room: id, run }));
    this.log = new RoomLog(this.people, this.agents);
    this.history = new History(id, core, this.log, () => this.change('now'));
    this.subscription = new Subscription(id, limit, core, this.log, {
      moved: () => {
        this.#statusChanged = true;
        this.change('now');
      },
      joined: (joined) => this.#joined(joined),
      entries: (entries, live) => this.#entries(entries, live),
    });
    this.typists = new Typists(
      core.environment,
      () => {
        this.change('lazy');
        core.store.settle();
      },
      (active) => core.request<'typing'>({ type: 'typing', room: id, active }, ignore, ignore),
    );
    this.syncPending();
  }

  getMessage(key: string): Message | undefined {
    return this.log.messages.get(key);
  }

  async loadMembers(): Promise<void> {
    await actions.loadMembers(this.core, this.id, (members) => {
      this.people.add(members);
      this.change('soon');
      this.core.store.settle();
    });
  }

  /** Whether messages can go out: a room that is being joined may still be about to make us a member. */
  get accepting(): boolean {
    return this.subscription.phase === 'joined' || this.subscription.phase === 'denied';
  }

  /** Joins, if there is a connection. */
  join(): void {
    this.subscription.join();
  }

  /** The user is a member again. */
  welcome(): void {
    if (this.subscription.phase === 'denied') this.join();
  }

  /** The connection is gone. */
  pause(): void {
    this.subscription.pause();
    this.typists.reset([]);
  }

  /** Nobody holds the room any more. */
  end(): void {
    this.typists.reset([]);
    this.subscription.leave();
  }

  /** Someone else is signed in: nothing here is theirs. */
  forget(): void {
    this.log.forget();
    this.read = 0;
    this.change('now');
  }

  /** A frame of this room came. */
  handle(frame: RoomFrame): void {
    const { messages, position } = this.log;
    switch (frame.type) {
      case 'append':
        this.#touched.add(frame.message_id);
        if (!messages.grow(frame.message_id, frame.part, frame)) this.subscription.resync();
        return this.change('lazy');
      case 'part':
        this.#touched.add(frame.message_id);
        messages.setPart(frame.message_id, frame.part, frame.generation, frame.value, frame.visible_to);
        return this.change('lazy');
      case 'entries':
        return this.subscription.page(frame.entries);
      case 'caught_up':
        if (frame.seq > position.seq) this.subscription.resync();
        if (frame.signals) this.#signals(frame.signals);
        return this.change('soon');
      case 'typing':
        if (frame.user !== this.core.me) this.typists.set(frame.user, frame.active);
        return;
      case 'presence':
        this.people.setPresence(frame.user, frame.status);
        return this.change('lazy');
      case 'queue':
        this.agents.setQueue(frame);
        return this.change('soon');
      case 'unread':
        return this.setUnread(frame.ordinal ?? 0, frame.read ?? 0);
      case 'revoked':
      case 'room_left':
        return this.subscription.revoke(new ChatError('forbidden', 'access to this room was withdrawn'));
      default:
        this.#entries([frame], true);
    }
  }

  /** The outbox has something else for this room now. */
  syncPending(): void {
    this.log.messages.setPending(this.core.outgoing(this.id).map(toPending));
    this.change('now');
  }

  /** A message of one's own was stored. */
  stored(wire: Wire.Message): void {
    // A message from before what is held would leave a gap behind it; it comes with its page.
    if (wire.seq >= this.log.position.lowest) this.log.messages.put(wire, this.core.me);
    this.change('now');
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
    if (this.#statusChanged) this.#refreshStatus();
    const told = this.#told;
    this.#told = [];
    this.#touched.clear();
    return [
      ...[...keys].flatMap((key) => [...(this.rows.get(key) ?? [])]),
      ...tools.map((tool) => () => this.#tellTool(tool)),
      ...told.map((key) => () => this.#tellMessage(key)),
    ];
  }

  protected change(urgency: Urgency): void {
    this.core.store.change(this, urgency);
  }

  protected setUnread(ordinal: number, read: number): void {
    this.read = Math.max(read, this.read);
    this.log.ordinal = Math.max(ordinal, this.log.ordinal);
    if (this.counts.ordinal === this.log.ordinal && this.counts.read === this.read) return;
    this.counts = toUnread(this.log.ordinal, this.read);
    this.core.unreadChanged(this.id, this.log.ordinal, this.read);
    this.change('soon');
  }

  protected target(key: string): { room: string; message_id: string } {
    return { room: this.id, message_id: this.getMessage(key)?.id ?? key };
  }

  #joined(joined: Wire.Joined): void {
    this.log.begin(joined);
    this.history.reset();
    this.#me = joined.me;
    this.#signals(joined.signals);
    const { read } = this;
    this.setUnread(joined.ordinal, joined.read);
    // What was read while the connection was away, or was said into one that was lost.
    if (read > joined.read) this.#sayRead(Math.min(read, joined.ordinal));
    for (const key of this.#torn) this.#mend(key);
    if (this.people.known < this.people.count) this.loadMembers().catch(ignore);
  }

  #signals({ typing, presence, queues }: Wire.Signals): void {
    this.typists.reset(typing.filter((user) => user !== this.core.me));
    this.people.here(presence);
    this.agents.setQueues(queues);
  }

  #sayRead(ordinal: number): void {
    const heard = (reply: Wire.ReadMarker) => this.core.unreadChanged(this.id, reply.ordinal, reply.read);
    this.core.request<'mark_read'>({ type: 'mark_read', room: this.id, ordinal }, heard, ignore);
  }

  #entries(entries: readonly Wire.Entry[], live: boolean): void {
    for (const entry of entries) {
      const applied = this.log.apply(entry, this.core.me);
      if (applied.what === 'hole') return this.subscription.resync();
      if (applied.what === 'applied') this.#after(entry, applied.change, live);
    }
    if (live) this.log.trim(this.history.limit);
  }

  #after(entry: Wire.Entry, change: Change | undefined, live: boolean): void {
    if (entry.type === 'message') {
      this.typists.set(entry.message.sender, false);
      this.setUnread(this.log.ordinal, this.read);
    }
    if (entry.type === 'room_changed' || entry.type === 'member_changed') this.#statusChanged = true;
    if (entry.type === 'member_changed' && entry.member.user === this.#me?.user) this.#me = entry.member;
    this.change(TURNS.test(entry.type) ? 'now' : 'soon');
    if (!change) return;
    const news = live || this.subscription.recovered === 'replayed';
    const message = this.log.messages.byKey(change.key)?.message;
    if (news) this.#touched.add(change.key);
    if (message?.own === true) this.core.confirm(change.key, message);
    if (change.what === 'torn') this.#mend(change.key);
    const whole =
      change.what === 'completed' || (change.what === 'created' && message?.status !== 'streaming');
    if (whole && news) this.#told.push(change.key);
  }

  /** What was assembled is not what the server has: takes its word, if need be on the next connection. */
  #mend(key: string): void {
    this.#torn.add(key);
    this.core.request<'get_message'>(
      { type: 'get_message', ...this.target(key) },
      ({ message }) => {
        this.#torn.delete(key);
        this.log.messages.replace(message, this.core.me);
        this.#told.push(key);
        this.change('now');
      },
      (error) => {
        if (error.code === 'disconnected') return;
        this.#torn.delete(key);
        this.core.error(error);
      },
    );
  }

  #refreshStatus(): void {
    const { phase, error, recovered } = this.subscription;
    const { info } = this.log;
    const me = this.#me;
    this.#statusChanged = false;
    this.shown = { phase, error, recovered, info: info && toRoomInfo(info), me: me && toMember(me) };
  }

  #tellMessage(key: string): void {
    const message = this.getMessage(key);
    if (!message) return;
    this.messageListeners.emit(message);
    this.core.message(message);
  }

  #tellTool(tool: ToolExecution): void {
    this.toolListeners.emit(tool);
    this.core.tool(tool);
  }
}

/** Signals are not worth an error; the next one says the same. */
export function ignore(): void {
  // Nothing to do.
}
