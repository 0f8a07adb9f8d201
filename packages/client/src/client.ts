/** The client behind the interface: one connection, and everyone who lives from it. */
import type { ChatClient } from './chat.ts';
import { Connection, type ConnectionHost, type Unasked } from './connection/connection.ts';
import type { Patience } from './connection/requests.ts';
import { lazySseTransport } from './connection/lazy-sse.ts';
import { Tokens } from './connection/token.ts';
import type { Dial } from './connection/transport.ts';
import { webSocketTransport } from './connection/websocket.ts';
import { ignore, mintId } from './environment.ts';
import { ChatError } from './errors.ts';
import type { ConnectionStatus } from './model/connection.ts';
import type { Message, Outgoing, Sending } from './model/message.ts';
import type { ToolExecution } from './model/part.ts';
import type { User } from './model/room.ts';
import { type ChatClientOptions, serverUrl } from './options.ts';
import type { OutboxEntry } from './outbox/entry.ts';
import { Outbox, type OutboxHost } from './outbox/outbox.ts';
import { cancel } from './room/actions.ts';
import type { Core } from './room/core.ts';
import type { Room } from './room/room.ts';
import { Holders } from './room/holders.ts';
import { Rooms } from './room/rooms.ts';
import type { JoinOptions } from './room/subscription.ts';
import { Listeners, type Off } from './store/listeners.ts';
import { NOW, type Source, Store } from './store/store.ts';
import { fromPart, toMessage } from './wire/convert.ts';
import type { Replies, Request, RequestOf } from './wire/frames.ts';

/** Implements {@link ChatClient}. */
export class Client implements ChatClient, Core, ConnectionHost, OutboxHost, Source {
  readonly now: () => number;
  readonly random: () => number;
  readonly store: Store;
  readonly connection: Connection;
  readonly outbox: Outbox;
  readonly frames = new Listeners<[Unasked]>();
  readonly messageListeners = new Listeners<[Message]>();
  readonly toolListeners = new Listeners<[ToolExecution]>();
  readonly #statusListeners = new Listeners<[ConnectionStatus]>();
  readonly #errorListeners = new Listeners<[ChatError]>();
  readonly onStatus = this.#statusListeners.add;
  readonly onMessage = this.messageListeners.add;
  readonly onToolExecution = this.toolListeners.add;
  readonly onError = this.#errorListeners.add;
  readonly error = this.#errorListeners.emit;
  readonly #rooms = new Rooms(this);
  readonly options: ChatClientOptions;
  readonly tokens: Tokens;
  readonly dial: Dial;
  status: ConnectionStatus;
  user: User | undefined;
  /** `connect()` was called: who merely looks on does not end it. */
  #wanted = false;
  readonly #holders = new Holders();

  constructor(options: ChatClientOptions) {
    this.options = options;
    this.user = options.user;
    this.now = options.now ?? (() => Date.now());
    this.random = options.random ?? (() => Math.random());
    this.store = new Store(options.flush ?? 'frame', this.now);
    this.tokens = new Tokens(options.auth);
    const { WebSocket, fetch, sse = lazySseTransport(fetch), shareTabs } = options;
    const ways = { websocket: webSocketTransport(WebSocket), sse };
    const dial: Dial = (by, server, events) => ways[by](server, events);
    this.dial = shareTabs ? shareTabs(dial) : dial;
    this.connection = new Connection(this);
    this.status = this.connection.status;
    this.outbox = new Outbox(this);
  }

  get me(): string | undefined {
    return this.user?.id;
  }
  get queued(): number {
    return this.outbox.waiting;
  }

  async connect(room?: string): Promise<void> {
    this.#wanted = true;
    await this.#open();
    if (room !== undefined) await this.joinRoom(room).ready;
  }

  retain(): Off {
    this.#holders.hold();
    if (this.status.state === 'idle') this.#open().catch(ignore);
    let held = true;
    return () => {
      if (held) this.#holders.release(() => this.#wanted || void this.disconnect());
      held = false;
    };
  }

  async disconnect({ forget = false }: { forget?: boolean } = {}): Promise<void> {
    this.#wanted = false;
    this.#holders.forget();
    this.connection.disconnect();
    if (forget) {
      this.user = undefined;
      this.store.change(this, NOW);
      this.#forgetView();
      await this.outbox.clear();
    }
    this.outbox.close();
    this.store.flush();
    this.store.stop();
  }

  joinRoom(id: string, options: JoinOptions = {}): Room {
    return this.#rooms.hold(id, options);
  }
  leaveRoom(id: string): void {
    this.getRoom(id)?.leave();
  }
  getRoom(id: string): Room | undefined {
    return this.#rooms.get(id);
  }
  ask<T extends Request['type']>(request: RequestOf<T>, patience?: Patience): Promise<Replies[T]> {
    return this.connection.ask<T>(request, patience);
  }

  sendMessage(room: string, message: string | Outgoing): Sending {
    const outgoing = typeof message === 'string' ? { text: message } : message;
    const {
      key = mintId(this.now()),
      text = '',
      parts = [{ type: 'text', text }],
      replyTo,
      to = [],
    } = outgoing;
    const settled = this.outbox.add({ key, room, parts, replyTo, to });
    // A promise that nobody looks at must not become an unhandled rejection: the message itself shows the failure.
    settled.catch(ignore);
    this.store.settle();
    const takeBack = async () => {
      if (!this.outbox.discard(key)) await cancel(this, { room, message_id: key });
      this.store.settle();
    };
    return { key, settled, cancel: takeBack };
  }
  subscribe<T>(
    select: (chat: ChatClient) => T,
    listener: (value: T) => void,
    equal?: (a: T, b: T) => boolean,
  ): Off {
    return this.store.subscribe(() => select(this), listener, equal);
  }

  publish(): (() => void)[] {
    const { status } = this.connection;
    if (status === this.status) return [];
    this.status = status;
    return [() => this.#statusListeners.emit(status)];
  }

  /** Resolves when there is a connection; rejects when there will be none. */
  #open(): Promise<void> {
    this.outbox.open(this.server());
    if (this.user) this.#adopt(this.user);
    this.connection.connect();
    return new Promise((resolve, reject) => {
      const look = ({ state, error }: ConnectionStatus) => {
        if (state === 'connected') resolve();
        else if (state === 'failed' || state === 'idle')
          reject(error ?? new ChatError('closed', 'disconnected'));
        else return;
        off();
      };
      const off = this.onStatus(look);
      look(this.connection.status);
    });
  }

  // ---- what the connection tells ----

  server(): string {
    return serverUrl(this.options.url);
  }
  moved(): void {
    this.store.change(this, NOW);
    this.store.settle();
  }
  handled(): void {
    this.store.settle();
  }
  lost(): void {
    for (const room of this.#rooms.values()) room.pause();
  }
  connected(user: User): void {
    if (this.user && this.user.id !== user.id) this.#forgetView();
    this.user = user;
    this.store.change(this, NOW);
    for (const room of this.#rooms.values()) room.subscription.join();
    this.#adopt(user);
  }

  // ---- what the outbox needs ----

  ready(room: string): boolean {
    return this.connection.live && this.#rooms.get(room)?.accepting !== false;
  }
  send(entry: OutboxEntry, done: (message: Message) => void, failed: (error: ChatError) => void): void {
    const sent = ({ message }: Replies['send_message']) => {
      this.#rooms.get(entry.room)?.stored(message);
      done(toMessage(message, entry.key, this.me));
    };
    this.connection.request<'send_message'>(toRequest(entry), sent, failed);
  }
  changed(room: string): void {
    this.store.change(this, NOW);
    this.#rooms.get(room)?.syncPending();
  }

  #adopt({ id }: User): void {
    void this.outbox.adopt(id).then(() => this.store.settle());
  }

  /** Nothing that one user saw is shown to the next. */
  #forgetView(): void {
    for (const room of this.#rooms.values()) room.forget();
  }

  frame(frame: Unasked): void {
    this.frames.emit(frame);
    if (frame.type === 'room_joined') this.#rooms.get(frame.room.id)?.welcome();
    else this.#rooms.get(frame.room)?.handle(frame);
  }
}

function toRequest({ room, key: id, parts, replyTo: reply_to, to }: OutboxEntry): RequestOf<'send_message'> {
  return { type: 'send_message', room, id, parts: parts.map(fromPart), reply_to, to: [...to] };
}
