/** The client behind the interface: one connection, and everyone who lives from it. */
import type { ChatClient, NewRoom } from './chat.ts';
import { Connection, type Unasked } from './connection/connection.ts';
import { Tokens } from './connection/token.ts';
import { webSocketTransport } from './connection/websocket.ts';
import { Directory, type UnreadCounts } from './directory.ts';
import { type Environment, environment, mintId, type Timer } from './environment.ts';
import { ChatError } from './errors.ts';
import type { Bot } from './model/agent.ts';
import type { ConnectionStatus } from './model/connection.ts';
import type { Message, Outgoing, Sending } from './model/message.ts';
import type { ToolExecution } from './model/part.ts';
import type { Member, RoomInfo, RoomSummary, User } from './model/room.ts';
import { BACKOFF, type ChatClientOptions, socketUrl } from './options.ts';
import type { OutboxEntry } from './outbox/entry.ts';
import { Outbox } from './outbox/outbox.ts';
import { Postings } from './outbox/postings.ts';
import { loadMembers, search } from './room/actions.ts';
import type { Core } from './room/core.ts';
import type { Room } from './room/room.ts';
import { LINGER_MS, Rooms } from './room/rooms.ts';
import { type ListenOptions, Listeners, type Off } from './store/listeners.ts';
import { type Source, Store } from './store/store.ts';
import { fromPart, toMember, toRoomInfo, toRoomSummary } from './wire/convert.ts';
import type { Replies, Request, RequestOf } from './wire/frames.ts';
import { Asking, type Write } from './asking.ts';

/** Implements {@link ChatClient}. */
export class Client implements ChatClient, Core, Source {
  readonly environment: Environment;
  readonly store: Store;
  readonly #url: string;
  readonly #connection: Connection;
  readonly #asking: Asking;
  readonly #rooms: Rooms;
  readonly #outbox: Outbox;
  readonly #postings: Postings;
  readonly #directory: Directory;
  readonly #statusListeners = new Listeners<[ConnectionStatus]>();
  readonly #messageListeners = new Listeners<[Message]>();
  readonly #toolListeners = new Listeners<[ToolExecution]>();
  readonly #errorListeners = new Listeners<[ChatError]>();
  #status: ConnectionStatus;
  #user: User | undefined;
  /** `connect()` was called: who merely looks on does not end it. */
  #wanted = false;
  #holders = 0;
  readonly #linger: Timer;

  constructor(options: ChatClientOptions) {
    this.#url = options.url;
    this.#user = options.user;
    this.environment = environment(options);
    this.#linger = this.environment.timer();
    this.store = new Store(options.flush ?? 'frame', this.environment);
    this.#connection = this.#connect(options);
    this.#status = this.#connection.status;
    this.#asking = new Asking(this.#connection, this.environment);
    this.#directory = new Directory(this.store, (request) => this.ask(request));
    this.#outbox = this.#makeOutbox(options);
    this.#postings = new Postings(this.#outbox, this);
    this.#rooms = new Rooms(this);
  }

  get status(): ConnectionStatus {
    return this.#status;
  }
  get user(): User | undefined {
    return this.#user;
  }
  get me(): string | undefined {
    return this.#user?.id;
  }
  get live(): boolean {
    return this.#connection.live;
  }
  get rooms(): readonly RoomSummary[] {
    return this.#directory.rooms;
  }
  get roomsLoaded(): boolean {
    return this.#directory.loaded;
  }
  get unread(): UnreadCounts {
    return this.#directory.unread;
  }
  get bots(): readonly Bot[] {
    return this.#directory.bots;
  }
  get queued(): number {
    return this.#outbox.waiting;
  }

  async connect(room?: string): Promise<void> {
    this.#wanted = true;
    await this.#open();
    if (room !== undefined) await this.joinRoom(room).ready;
  }

  retain(): Off {
    this.#linger.clear();
    this.#holders += 1;
    if (this.status.state === 'idle') this.#open().catch(() => undefined);
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      this.#holders -= 1;
      if (this.#holders > 0 || this.#wanted) return;
      this.#linger.set(LINGER_MS, () => void this.disconnect());
    };
  }

  async disconnect({ forget = false }: { forget?: boolean } = {}): Promise<void> {
    this.#wanted = false;
    this.#linger.clear();
    this.#connection.disconnect();
    if (forget) {
      this.#user = undefined;
      this.#forgetView();
      await this.#outbox.clear();
    }
    this.#outbox.close();
    this.store.flush();
    this.store.stop();
  }

  joinRoom(id: string, { history }: { history?: number } = {}): Room {
    return this.#rooms.hold(id, history);
  }
  leaveRoom(id: string): void {
    this.#rooms.get(id)?.leave();
  }
  getRoom(id: string): Room | undefined {
    return this.#rooms.get(id);
  }
  async createRoom({ id, members, ...rest }: NewRoom): Promise<RoomInfo> {
    const { info } = await this.ask({
      type: 'create_room',
      id: id ?? mintId(this.environment.now()),
      ...rest,
      members: members && [...members],
    });
    return toRoomInfo(info);
  }
  async discoverRooms(): Promise<readonly RoomSummary[]> {
    const { rooms } = await this.ask({ type: 'list_rooms', discover: true });
    return rooms.map(toRoomSummary);
  }
  async membersOf(room: string): Promise<readonly Member[]> {
    const found: Member[] = [];
    await loadMembers(this, room, (members) => found.push(...members.map(toMember)));
    return found;
  }
  loadBots(): Promise<void> {
    return this.#directory.loadBots();
  }
  startBot(bot: string): Promise<Bot> {
    return this.#manage({ type: 'start_bot', bot });
  }
  stopBot(bot: string): Promise<Bot> {
    return this.#manage({ type: 'stop_bot', bot });
  }
  search(query: string, limit?: number): Promise<readonly Message[]> {
    return search(this, query, { limit });
  }

  sendMessage(room: string, message: string | Outgoing): Sending {
    return this.#postings.post(room, message);
  }
  onStatus(listener: (status: ConnectionStatus) => void, options?: ListenOptions): Off {
    return this.#statusListeners.add(listener, options);
  }
  onMessage(listener: (message: Message) => void, options?: ListenOptions): Off {
    return this.#messageListeners.add(listener, options);
  }
  onToolExecution(listener: (tool: ToolExecution) => void, options?: ListenOptions): Off {
    return this.#toolListeners.add(listener, options);
  }
  onError(listener: (error: ChatError) => void, options?: ListenOptions): Off {
    return this.#errorListeners.add(listener, options);
  }
  subscribe<T>(
    select: (chat: ChatClient) => T,
    listener: (value: T) => void,
    equal?: (a: T, b: T) => boolean,
  ): Off {
    return this.store.subscribe(() => select(this), listener, equal);
  }

  // ---- what rooms need (Core) ----

  request<T extends Request['type']>(
    request: RequestOf<T>,
    done: (reply: Replies[T]) => void,
    failed: (error: ChatError) => void,
  ): void {
    this.#connection.request<T>(request, done, failed);
  }
  ask<T extends Request['type']>(request: RequestOf<T>): Promise<Replies[T]> {
    return this.#asking.ask<T>(request);
  }
  write<T extends Write>(request: RequestOf<T>): Promise<Replies[T]> {
    return this.#asking.write<T>(request);
  }
  insist<T extends Request['type']>(request: RequestOf<T>): Promise<Replies[T]> {
    return this.#asking.insist<T>(request);
  }
  outgoing(room: string): OutboxEntry[] {
    return this.#outbox.of(room);
  }
  retry(key: string): void {
    this.#outbox.retry(key);
    this.store.settle();
  }
  discard(key: string): void {
    this.#postings.discard(key);
    this.store.settle();
  }
  confirm(key: string, message: Message): void {
    this.#postings.confirm(key, message);
  }
  joined(room: string): void {
    this.#outbox.pump(room);
  }
  unreadChanged(room: string, ordinal: number, read: number): void {
    this.#directory.setUnread(room, ordinal, read);
  }
  message(message: Message): void {
    this.#messageListeners.emit(message);
  }
  tool(tool: ToolExecution): void {
    this.#toolListeners.emit(tool);
  }
  error(error: ChatError): void {
    this.#errorListeners.emit(error);
  }

  publish(): (() => void)[] {
    const { status } = this.#connection;
    if (status === this.#status) return [];
    this.#status = status;
    return [() => this.#statusListeners.emit(status)];
  }

  async #manage(request: RequestOf<'start_bot' | 'stop_bot'>): Promise<Bot> {
    return this.#directory.setBot((await this.insist<'start_bot' | 'stop_bot'>(request)).bot);
  }

  #open(): Promise<void> {
    this.#outbox.open(socketUrl(this.#url));
    if (this.#user) void this.#outbox.adopt(this.#user.id).then(() => this.store.settle());
    this.#connection.connect();
    return this.#asking.connected();
  }

  #connect({ url, auth, reconnect, device, WebSocket }: ChatClientOptions): Connection {
    return new Connection(
      {
        url: () => socketUrl(url),
        tokens: new Tokens(auth),
        transport: webSocketTransport(WebSocket),
        backoff: { ...BACKOFF, ...reconnect },
        environment: this.environment,
        device,
      },
      {
        status: (status) => {
          this.store.change(this, 'now');
          this.#asking.moved(status);
          this.store.settle();
        },
        connected: (user) => this.#connected(user),
        lost: () => this.#lost(),
        frame: (frame) => this.#handle(frame),
        handled: () => this.store.settle(),
        error: (error) => this.error(error),
      },
    );
  }

  #makeOutbox({ outbox }: ChatClientOptions): Outbox {
    return new Outbox({
      environment: this.environment,
      storage: outbox === 'memory' ? undefined : outbox,
      ready: (id) => {
        const room = this.#rooms.get(id);
        return this.live && (room === undefined || room.accepting);
      },
      send: (entry, done, failed) => this.request<'send_message'>(toRequest(entry), done, failed),
      changed: (room) => {
        this.store.change(this, 'now');
        this.#rooms.get(room)?.syncPending();
      },
      stored: (entry, { message }) => {
        this.#rooms.get(entry.room)?.stored(message);
        this.#postings.stored(entry.key, message);
      },
      refused: (entry, error) => this.#postings.refused(entry.key, error),
      error: (error) => this.error(error),
    });
  }

  #connected(user: User): void {
    const other = this.#user !== undefined && this.#user.id !== user.id;
    this.#user = user;
    this.store.change(this, 'now');
    if (other) this.#forgetView();
    for (const room of this.#rooms.all()) room.join();
    void this.#outbox.adopt(user.id).then(() => this.store.settle());
    this.#directory.load().catch((cause: unknown) => {
      if (cause instanceof ChatError && cause.code !== 'disconnected' && cause.code !== 'closed')
        this.error(cause);
    });
  }

  /** Nothing that one user saw is shown to the next. */
  #forgetView(): void {
    this.#directory.clear();
    for (const room of this.#rooms.all()) room.forget();
  }

  #lost(): void {
    for (const room of this.#rooms.all()) room.pause();
  }

  #handle(frame: Unasked): void {
    switch (frame.type) {
      case 'room_joined':
        this.#directory.joined(frame);
        return this.#rooms.get(frame.room.id)?.welcome();
      case 'room_left':
      case 'revoked':
        this.#directory.left(frame.room);
        break;
      case 'unread':
        this.#directory.setUnread(frame.room, frame.ordinal ?? 0, frame.read ?? 0);
        break;
      default:
        if ('seq' in frame && 'by' in frame) this.#directory.fold(frame);
    }
    this.#rooms.get(frame.room)?.handle(frame);
  }
}

function toRequest(entry: OutboxEntry): RequestOf<'send_message'> {
  const only = entry.parts.length === 1 ? entry.parts[0] : undefined;
  return {
    type: 'send_message',
    room: entry.room,
    id: entry.key,
    ...(only?.type === 'text' ? { text: only.text } : { parts: entry.parts.map(fromPart) }),
    reply_to: entry.replyTo,
    to: [...entry.to],
  };
}
