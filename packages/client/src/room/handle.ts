/** The room behind the interface: what is read from it and what can be asked of it. */
import type { ChatError } from '../errors.ts';
import type { Message, Outgoing, Sending } from '../model/message.ts';
import { Listeners, type Off } from '../store/listeners.ts';
import * as actions from './actions.ts';
import type { Core } from './core.ts';
import { Holders } from './holders.ts';
import { LiveRoom } from './live.ts';
import type { Present } from './people.ts';
import type { Room } from './room.ts';
import type { JoinOptions } from './subscription.ts';

/** Implements {@link Room}. */
export class RoomHandle extends LiveRoom implements Room {
  readonly holders = new Holders();
  readonly #end: (forget: boolean) => void;

  constructor(id: string, wanted: JoinOptions, core: Core, end: (forget: boolean) => void) {
    super(id, wanted, core);
    this.#end = end;
  }

  get ready(): Promise<void> {
    return this.subscription.ready;
  }
  get state(): Room['state'] {
    return this.status.phase;
  }
  get error(): ChatError | undefined {
    return this.status.error;
  }
  get recovered(): Room['recovered'] {
    return this.status.recovered;
  }
  get info(): Room['info'] {
    return this.status.info;
  }
  get me(): Room['me'] {
    return this.status.me;
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
  get members(): readonly Present[] {
    return this.presence.list;
  }
  get memberCount(): number {
    return this.presence.count;
  }
  get readBy(): Room['readBy'] {
    return this.presence.readBy;
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
    return this.presence.get(user);
  }

  subscribeMessage(key: string, listener: () => void): Off {
    const listeners = this.rows.get(key) ?? new Listeners();
    this.rows.set(key, listeners);
    return listeners.add(listener);
  }

  sendMessage(message: string | Outgoing): Sending {
    this.typing.sent();
    return this.core.sendMessage(this.id, message);
  }
  retry(key: string): void {
    this.core.outbox.retry(key);
    this.core.store.settle();
  }
  discard(key: string): void {
    this.core.outbox.discard(key);
    this.core.store.settle();
  }
  async edit(key: string, text: string): Promise<void> {
    await actions.write(this.core, { type: 'edit_message', ...this.target(key), text });
  }
  async delete(key: string): Promise<void> {
    await actions.write(this.core, { type: 'delete_message', ...this.target(key) });
  }
  async react(key: string, emoji: string, active = true): Promise<void> {
    await actions.write(this.core, { type: 'react', ...this.target(key), emoji, active });
  }
  stop(key: string): Promise<void> {
    return actions.cancel(this.core, this.target(key));
  }
  async markRead(key?: string): Promise<void> {
    const { ordinal = 0 } = key === undefined ? this.unread : (this.getMessage(key) ?? {});
    if (ordinal <= this.unread.read) return;
    this.setUnread({ read: ordinal });
    this.core.store.settle();
    await this.sayRead(ordinal);
  }
  async continueRun(run: string): Promise<void> {
    await this.core.connection.ask({ type: 'continue_run', room: this.id, run }, 'repeat');
  }
  loadOlder(count?: number): Promise<void> {
    return this.history.loadOlder(count);
  }
  jumpTo(seq: number): Promise<string | undefined> {
    return this.history.reach(seq);
  }
  leave({ forget = false }: { forget?: boolean } = {}): void {
    if (forget) this.#end(true);
    else this.holders.release(() => this.#end(false));
  }
}
