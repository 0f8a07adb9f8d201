/** The room behind the interface: what is read from it and what can be asked of it. */
import type { ChatError } from '../errors.ts';
import type { Message, Outgoing, Sending } from '../model/message.ts';
import type { ToolExecution } from '../model/part.ts';
import type { Role, RoomInfo, RoomStatus, Unread, Visibility } from '../model/room.ts';
import type { ListenOptions, Off } from '../store/listeners.ts';
import * as actions from './actions.ts';
import type { Core } from './core.ts';
import { LiveRoom } from './live.ts';
import type { Present } from './people.ts';
import type { Room, RoomPresence, Typing } from './room.ts';

/** Implements {@link Room}. */
export class RoomHandle extends LiveRoom implements Room {
  readonly #release: (forget: boolean) => void;
  readonly typing: Typing;
  readonly presence: RoomPresence;

  constructor(id: string, limit: number, core: Core, release: (forget: boolean) => void) {
    super(id, limit, core);
    this.#release = release;
    this.typing = this.typists;
    this.presence = this.people;
  }

  get ready(): Promise<void> {
    return this.subscription.ready;
  }
  get state(): Room['state'] {
    return this.shown.phase;
  }
  get status(): RoomStatus {
    return this.shown;
  }
  get error(): ChatError | undefined {
    return this.shown.error;
  }
  get recovered(): Room['recovered'] {
    return this.shown.recovered;
  }
  get info(): RoomInfo | undefined {
    return this.shown.info;
  }
  get me(): Room['me'] {
    return this.shown.me;
  }
  get keys(): readonly string[] {
    return this.log.messages.keys;
  }
  get messages(): readonly Message[] {
    this.list ??= this.keys.flatMap((key) => this.getMessage(key) ?? []);
    return this.list;
  }
  get events(): Room['events'] {
    return this.log.events;
  }
  get hasOlder(): boolean {
    return this.history.hasOlder;
  }
  get isLoadingOlder(): boolean {
    return this.history.loading;
  }
  get unread(): Unread {
    return this.counts;
  }
  get members(): readonly Present[] {
    return this.people.list;
  }
  get memberCount(): number {
    return this.people.count;
  }
  get bots(): Room['bots'] {
    return this.agents.bots;
  }
  get runs(): Room['runs'] {
    return this.agents.active;
  }
  get queues(): Room['queues'] {
    return this.agents.queues;
  }
  get approvals(): Room['approvals'] {
    return this.agents.approvals;
  }

  getRun(run: string): ReturnType<Room['getRun']> {
    return this.agents.get(run);
  }
  member(user: string): ReturnType<Room['member']> {
    return this.people.get(user);
  }

  subscribeMessage(key: string, listener: () => void): Off {
    const own = () => listener();
    const listeners = this.rows.get(key) ?? new Set();
    this.rows.set(key, listeners.add(own));
    return () => {
      listeners.delete(own);
      if (listeners.size === 0 && this.rows.get(key) === listeners) this.rows.delete(key);
    };
  }
  onMessage(listener: (message: Message) => void, options?: ListenOptions): Off {
    return this.messageListeners.add(listener, options);
  }
  onToolExecution(listener: (tool: ToolExecution) => void, options?: ListenOptions): Off {
    return this.toolListeners.add(listener, options);
  }

  sendMessage(message: string | Outgoing): Sending {
    this.typists.sent();
    return this.core.sendMessage(this.id, message);
  }
  retry(key: string): void {
    this.core.retry(key);
  }
  discard(key: string): void {
    this.core.discard(key);
  }
  async edit(key: string, text: string): Promise<void> {
    await this.core.write({ type: 'edit_message', ...this.target(key), text });
  }
  async delete(key: string): Promise<void> {
    await this.core.write({ type: 'delete_message', ...this.target(key) });
  }
  async react(key: string, emoji: string, active = true): Promise<void> {
    await this.core.write({ type: 'react', ...this.target(key), emoji, active });
  }
  stop(key: string): Promise<void> {
    return actions.cancel(this.core, this.target(key));
  }
  async markRead(key?: string): Promise<void> {
    const ordinal = key === undefined ? this.log.ordinal : (this.getMessage(key)?.ordinal ?? 0);
    if (ordinal <= this.read) return;
    this.setUnread(this.log.ordinal, ordinal);
    this.core.store.settle();
    const reply = await this.core.ask({ type: 'mark_read', room: this.id, ordinal });
    this.setUnread(reply.ordinal, reply.read);
    this.core.store.settle();
  }
  async continueRun(run: string): Promise<void> {
    await this.core.insist({ type: 'continue_run', room: this.id, run });
  }
  search(query: string, limit?: number): Promise<readonly Message[]> {
    return actions.search(this.core, query, { room: this.id, limit });
  }
  loadOlder(count?: number): Promise<void> {
    return this.history.loadOlder(count);
  }
  async invite(users: readonly string[], role: Role = 'member'): Promise<void> {
    await this.core.write({ type: 'invite', room: this.id, users: [...users], role });
  }
  async removeMember(user: string): Promise<void> {
    await this.core.write({ type: 'remove_member', room: this.id, user });
  }
  async changeMember(user: string, role: Role): Promise<void> {
    await this.core.write({ type: 'change_member', room: this.id, user, role });
  }
  async update(change: { name?: string; topic?: string; visibility?: Visibility }): Promise<void> {
    await this.core.write({ type: 'update_room', room: this.id, ...change });
  }
  leave({ forget = false }: { forget?: boolean } = {}): void {
    this.#release(forget);
  }
}
