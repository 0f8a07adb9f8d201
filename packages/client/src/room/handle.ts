/** The room behind the interface: hands what comes in to its parts, and what they show to who looks. */
import { ChatError } from '../errors.ts';
import type { Message, Outgoing, Sending } from '../model/message.ts';
import type { ToolExecution } from '../model/part.ts';
import type { Role, RoomInfo, RoomStatus, Unread, Visibility } from '../model/room.ts';
import { toPending } from '../outbox/entry.ts';
import { type ListenOptions, Listeners, type Off } from '../store/listeners.ts';
import type { Source } from '../store/store.ts';
import type { Urgency } from '../store/flush.ts';
import type { Unasked } from '../connection/connection.ts';
import { toMember, toRoomInfo, toUnread } from '../wire/convert.ts';
import type { Wire } from '../wire/words.ts';
import * as actions from './actions.ts';
import { Agents } from './agents.ts';
import type { Core } from './core.ts';
import { History } from './history.ts';
import { RoomLog } from './log.ts';
import { People, type Present } from './people.ts';
import type { Room, RoomPresence, Tools, Typing } from './room.ts';
import { Subscription } from './subscription.ts';
import { type Change } from './table.ts';
import { ToolIndex } from './tool-index.ts';
import { Typists } from './typists.ts';

/** Frames that belong to one room. */
export type RoomFrame = Extract<Unasked, { room: string }>;

/** Implements {@link Room}. */
export class RoomHandle implements Room, Source {
  readonly id: string;
  readonly #core: Core;
  readonly #release: (forget: boolean) => void;
  readonly #people = new People();
  readonly #agents: Agents;
  readonly #log: RoomLog;
  readonly #history: History;
  readonly #subscription: Subscription;
  readonly #tools = new ToolIndex();
  readonly #typists: Typists;
  readonly #messageListeners = new Listeners<[Message]>();
  readonly #toolListeners = new Listeners<[ToolExecution]>();
  readonly #rows = new Map<string, Set<() => void>>();
  readonly typing: Typing;
  readonly presence: RoomPresence;
  readonly tools: Tools;
  #messages: readonly Message[] | undefined;
  #here: { from: readonly Present[]; here: readonly Present[] } | undefined;
  #status: RoomStatus = Object.freeze({ phase: 'joining' });
  #info: RoomInfo | undefined;
  #infoFrom: Wire.Room | undefined;
  #me: Wire.Member | undefined;
  #read = 0;
  #unread: Unread = toUnread(0, 0);
  /** Messages to tell about once they are published. */
  #told: string[] = [];

  constructor(id: string, limit: number, core: Core, release: (forget: boolean) => void) {
    this.id = id;
    this.#core = core;
    this.#release = release;
    this.#agents = new Agents((run) => actions.cancel(core, { room: id, run }));
    this.#log = new RoomLog(this.#people, this.#agents);
    this.#history = new History(id, core, this.#log, () => this.#change('now'));
    this.#subscription = new Subscription(id, limit, core, this.#log, {
      moved: () => this.#change('now'),
      joined: (joined) => this.#joined(joined),
      entries: (entries, live) => this.#entries(entries, live),
    });
    this.#typists = new Typists(
      core.environment,
      () => {
        this.#change('lazy');
        core.store.settle();
      },
      (active) => core.request<'typing'>({ type: 'typing', room: id, active }, ignore, ignore),
    );
    [this.typing, this.presence, this.tools] = this.#facets();
    this.syncPending();
  }

  get ready(): Promise<void> {
    return this.#subscription.ready;
  }
  get state(): Room['state'] {
    return this.#status.phase;
  }
  get status(): RoomStatus {
    return this.#status;
  }
  get error(): ChatError | undefined {
    return this.#status.error;
  }
  get recovered(): Room['recovered'] {
    return this.#status.recovered;
  }
  get info(): RoomInfo | undefined {
    return this.#status.info;
  }
  get me(): Room['me'] {
    return this.#status.me;
  }
  get keys(): readonly string[] {
    return this.#log.messages.keys;
  }
  get messages(): readonly Message[] {
    this.#messages ??= Object.freeze(this.keys.flatMap((key) => this.getMessage(key) ?? []));
    return this.#messages;
  }
  get events(): Room['events'] {
    return this.#log.events;
  }
  get hasOlder(): boolean {
    return this.#history.hasOlder;
  }
  get isLoadingOlder(): boolean {
    return this.#history.loading;
  }
  get unread(): Unread {
    return this.#unread;
  }
  get members(): readonly Present[] {
    return this.#people.list;
  }
  get memberCount(): number {
    return this.#people.count;
  }
  get bots(): Room['bots'] {
    return this.#agents.bots;
  }
  get runs(): Room['runs'] {
    return this.#agents.active;
  }

  getMessage(key: string): Message | undefined {
    return this.#log.messages.get(key);
  }
  getRun(run: string): ReturnType<Room['getRun']> {
    return this.#agents.get(run);
  }
  member(user: string): ReturnType<Room['member']> {
    return this.#people.get(user);
  }

  subscribeMessage(key: string, listener: () => void): Off {
    const own = () => listener();
    const listeners = this.#rows.get(key) ?? new Set();
    this.#rows.set(key, listeners.add(own));
    return () => {
      listeners.delete(own);
      if (listeners.size === 0 && this.#rows.get(key) === listeners) this.#rows.delete(key);
    };
  }

  onMessage(listener: (message: Message) => void, options?: ListenOptions): Off {
    return this.#messageListeners.add(listener, options);
  }
  onToolExecution(listener: (tool: ToolExecution) => void, options?: ListenOptions): Off {
    return this.#toolListeners.add(listener, options);
  }

  sendMessage(message: string | Outgoing): Sending {
    this.#typists.sent();
    return this.#core.send(this.id, message);
  }
  retry(key: string): void {
    this.#core.retry(key);
  }
  discard(key: string): void {
    this.#core.discard(key);
  }
  async edit(key: string, text: string): Promise<void> {
    await this.#core.ask({ type: 'edit_message', ...this.#target(key), text });
  }
  async delete(key: string): Promise<void> {
    await this.#core.ask({ type: 'delete_message', ...this.#target(key) });
  }
  async react(key: string, emoji: string, active = true): Promise<void> {
    await this.#core.ask({ type: 'react', ...this.#target(key), emoji, active });
  }
  stop(key: string): Promise<void> {
    return actions.cancel(this.#core, this.#target(key));
  }
  async markRead(key?: string): Promise<void> {
    const ordinal = key === undefined ? this.#log.ordinal : (this.getMessage(key)?.ordinal ?? 0);
    if (ordinal <= this.#read) return;
    this.#setUnread(this.#log.ordinal, ordinal);
    const reply = await this.#core.ask({ type: 'mark_read', room: this.id, ordinal });
    this.#setUnread(reply.ordinal, reply.read);
  }
  search(query: string, limit?: number): Promise<readonly Message[]> {
    return actions.search(this.#core, query, { room: this.id, limit });
  }
  loadOlder(count?: number): Promise<void> {
    return this.#history.loadOlder(count);
  }
  async loadMembers(): Promise<void> {
    await actions.loadMembers(this.#core, this.id, (members) => {
      this.#people.add(members);
      this.#change('soon');
    });
  }
  async invite(users: readonly string[], role: Role = 'member'): Promise<void> {
    await this.#core.ask({ type: 'invite', room: this.id, users: [...users], role });
  }
  async removeMember(user: string): Promise<void> {
    await this.#core.ask({ type: 'remove_member', room: this.id, user });
  }
  async changeMember(user: string, role: Role): Promise<void> {
    await this.#core.ask({ type: 'change_member', room: this.id, user, role });
  }
  async update(change: { name?: string; topic?: string; visibility?: Visibility }): Promise<void> {
    await this.#core.ask({ type: 'update_room', room: this.id, ...change });
  }
  leave({ forget = false }: { forget?: boolean } = {}): void {
    this.#release(forget);
  }

  /** Whether messages can go out: a room that is being joined may still be about to make us a member. */
  get accepting(): boolean {
    return this.#subscription.phase === 'joined' || this.#subscription.phase === 'denied';
  }

  /** Someone else is signed in: nothing here is theirs. */
  forget(): void {
    this.#log.forget();
    this.#read = 0;
    this.#change('now');
  }

  /** Joins, if there is a connection. */
  join(): void {
    this.#subscription.join();
  }
  /** The connection is gone. */
  pause(): void {
    this.#subscription.pause();
    this.#typists.reset([]);
  }
  /** Nobody holds the room any more. */
  end(): void {
    this.#typists.reset([]);
    this.#subscription.leave();
  }

  /** A frame of this room came. */
  handle(frame: RoomFrame): void {
    const { messages } = this.#log;
    switch (frame.type) {
      case 'append':
        if (!messages.grow(frame.message_id, frame.part, frame)) this.#subscription.resync();
        return this.#change('lazy');
      case 'part':
        messages.setPart(frame.message_id, frame.part, frame.generation, frame.value);
        return this.#change('lazy');
      case 'entries':
        return this.#subscription.page(frame.entries);
      case 'caught_up':
        return this.#change('soon');
      case 'typing':
        if (frame.user !== this.#core.me) this.#typists.set(frame.user, frame.active);
        return;
      case 'presence':
        this.#people.setPresence(frame.user, frame.status);
        return this.#change('lazy');
      case 'unread':
        return this.#setUnread(frame.ordinal, frame.read);
      case 'revoked':
      case 'room_left':
        return this.#subscription.revoke(new ChatError('forbidden', 'access to this room was withdrawn'));
      default:
        this.#entries([frame], true);
    }
  }

  /** The outbox has something else for this room now. */
  syncPending(): void {
    this.#log.messages.setPending(this.#core.outgoing(this.id).map(toPending));
    this.#change('now');
  }

  /** A message of one's own was stored. */
  stored(wire: Wire.Message): void {
    // A message from before what is held would leave a gap behind it; it comes with its page.
    if (wire.seq >= this.#log.position.lowest) this.#log.messages.put(wire, this.#core.me);
    this.#change('now');
  }

  publish(): (() => void)[] {
    const { list, keys } = this.#log.messages.publish();
    if (list || keys.size > 0) this.#messages = undefined;
    const tools = [...keys].flatMap((key) => this.#tools.update(key, this.getMessage(key)));
    this.#refreshStatus();
    const told = this.#told;
    this.#told = [];
    return [
      ...[...keys].flatMap((key) => [...(this.#rows.get(key) ?? [])]),
      ...tools.map((tool) => () => this.#tellTool(tool)),
      ...told.map((key) => () => this.#tellMessage(key)),
    ];
  }

  #joined(joined: Wire.Joined): void {
    this.#log.begin(joined);
    this.#history.reset();
    this.#me = joined.me;
    this.#typists.reset(joined.signals.typing.filter((user) => user !== this.#core.me));
    this.#setUnread(joined.ordinal, joined.read);
    if (this.#people.known < this.#people.count) void this.loadMembers().catch(ignore);
  }

  #entries(entries: readonly Wire.Entry[], live: boolean): void {
    const { me } = this.#core;
    for (const entry of entries) {
      const applied = this.#log.apply(entry, me);
      if (applied.what === 'hole') return this.#subscription.resync();
      if (applied.what === 'applied') this.#after(entry, applied.change, live);
    }
    if (live) this.#log.trim(this.#history.limit);
  }

  #after(entry: Wire.Entry, change: Change | undefined, live: boolean): void {
    if (entry.type === 'message') {
      this.#typists.set(entry.message.sender, false);
      this.#setUnread(this.#log.ordinal, this.#read);
    }
    if (entry.type === 'member_changed' && entry.member.user === this.#me?.user) this.#me = entry.member;
    const ends = entry.type === 'message_completed' || entry.type === 'tool_changed' || entry.type === 'run_changed';
    this.#change(ends ? 'now' : 'soon');
    if (!change) return;
    const message = this.#log.messages.byId(change.key)?.message;
    if (message?.own === true) this.#core.confirm(change.key, message);
    if (change.what === 'torn') this.#mend(change.key);
    const whole = change.what === 'completed' || (change.what === 'created' && message?.status !== 'streaming');
    if (whole && (live || this.#subscription.recovered === 'replayed')) this.#told.push(change.key);
  }

  /** What was assembled is not what the server has: takes its word. */
  #mend(key: string): void {
    const target = this.#target(key);
    const put = (reply: Wire.MessageFound) => {
      this.#log.messages.replace(reply.message, this.#core.me);
      this.#told.push(key);
      this.#change('now');
    };
    this.#core.request<'get_message'>({ type: 'get_message', ...target }, put, (error) => this.#core.error(error));
  }

  #target(key: string): { room: string; message_id: string } {
    return { room: this.id, message_id: this.getMessage(key)?.id ?? key };
  }

  #setUnread(ordinal: number, read: number): void {
    this.#read = Math.max(read, this.#read);
    this.#log.ordinal = Math.max(ordinal, this.#log.ordinal);
    if (this.#unread.ordinal === this.#log.ordinal && this.#unread.read === this.#read) return;
    this.#unread = Object.freeze(toUnread(this.#log.ordinal, this.#read));
    this.#core.unreadChanged(this.id, this.#log.ordinal, this.#read);
    this.#change('soon');
  }

  #change(urgency: Urgency): void {
    this.#core.store.change(this, urgency);
  }

  #refreshStatus(): void {
    const { phase, error, recovered } = this.#subscription;
    if (this.#infoFrom !== this.#log.info && this.#log.info) {
      this.#infoFrom = this.#log.info;
      this.#info = Object.freeze(toRoomInfo(this.#log.info));
    }
    const was = this.#status;
    const sameMe = was.me?.id === this.#me?.user && was.me?.role === this.#me?.role && was.me?.name === this.#me?.name;
    const same = was.phase === phase && was.error === error && was.info === this.#info && was.recovered === recovered;
    if (same && sameMe) return;
    this.#status = Object.freeze({ phase, error, recovered, info: this.#info, me: this.#me && toMember(this.#me) });
  }

  #tellMessage(key: string): void {
    const message = this.getMessage(key);
    if (!message) return;
    this.#messageListeners.emit(message);
    this.#core.message(message);
  }

  #tellTool(tool: ToolExecution): void {
    this.#toolListeners.emit(tool);
    this.#core.tool(tool);
  }

  #facets(): [Typing, RoomPresence, Tools] {
    const typists = this.#typists;
    const people = this.#people;
    const tools = this.#tools;
    const here = () => this.#present();
    return [
      {
        get users() {
          return typists.users;
        },
        keystroke: () => typists.keystroke(),
        stop: () => typists.stop(),
      },
      {
        get members() {
          return here();
        },
        of: (user) => people.presenceOf(user),
        update: ({ away }) =>
          this.#core.request<'set_presence'>({ type: 'set_presence', status: away ? 'away' : 'online' }, ignore, ignore),
      },
      {
        get all() {
          return tools.all;
        },
        get active() {
          return tools.active;
        },
        get: (call) => tools.get(call),
        cancel: (call) => actions.cancel(this.#core, { room: this.id, tool_call: call }),
      },
    ];
  }

  #present(): readonly Present[] {
    const from = this.#people.list;
    if (this.#here?.from !== from) this.#here = { from, here: from.filter(({ presence }) => presence !== 'offline') };
    return this.#here.here;
  }
}

function ignore(): void {
  // Signals are not worth an error; the next one says the same.
}
