/** The client as an application uses it. */
import type { ChatError } from './errors.ts';
import type { UnreadCounts } from './directory.ts';
import type { Bot } from './model/agent.ts';
import type { ConnectionStatus } from './model/connection.ts';
import type { Message, Outgoing, Sending } from './model/message.ts';
import type { ToolExecution } from './model/part.ts';
import type { Member, RoomInfo, RoomKind, RoomSummary, User, Visibility } from './model/room.ts';
import type { Room } from './room/room.ts';
import type { ListenOptions, Off } from './store/listeners.ts';
import type { Replies, Request, RequestOf } from './wire/frames.ts';

/** A client. Nothing opens before `connect()`; what is read from it are immutable values. */
export interface ChatClient {
  /**
   * Connects and stays connected. Idempotent; resolves when connected, rejects when that became impossible. With a
   * room, for instance that of a session, it also holds it and waits until it was joined.
   */
  connect(room?: string): Promise<void>;
  /** Connects for as long as someone holds on; a moment after the last one let go, it disconnects. */
  retain(): Off;
  /** Ends the connection and every timer. Rooms pause. `forget` also empties the outbox, as a sign-out should. */
  disconnect(options?: { forget?: boolean }): Promise<void>;
  readonly status: ConnectionStatus;
  onStatus(listener: (status: ConnectionStatus) => void, options?: ListenOptions): Off;
  /** Who is signed in; known once connected, and before if it was given. */
  readonly user: User | undefined;

  /** Holds a room and gives its handle at once: the same object for the same id. Each hold is ended by `room.leave()`. */
  joinRoom(id: string, options?: { history?: number }): Room;
  /** The same as `leave()` of the room's handle. */
  leaveRoom(id: string): void;
  /** A room that is held by someone, without holding it. */
  getRoom(id: string): Room | undefined;
  createRoom(room: NewRoom): Promise<RoomInfo>;
  /** One's rooms, the latest active first. */
  readonly rooms: readonly RoomSummary[];
  /** Whether `rooms` was read from the server. */
  readonly roomsLoaded: boolean;
  /** Public rooms that one has not joined. */
  discoverRooms(): Promise<readonly RoomSummary[]>;
  /** Who is in one of one's rooms, without opening it: the first few hundred. */
  membersOf(room: string): Promise<readonly Member[]>;
  readonly unread: UnreadCounts;
  /** All bots; empty until `loadBots()`. */
  readonly bots: readonly Bot[];
  loadBots(): Promise<void>;
  /** Has a bot brought up, or down: for its owner and for administrators. How that goes is told by its `status`. */
  startBot(id: string): Promise<Bot>;
  stopBot(id: string): Promise<Bot>;
  /** Finds messages in all of one's rooms. */
  search(query: string, limit?: number): Promise<readonly Message[]>;
  /** Number of messages that the server does not have yet. */
  readonly queued: number;

  sendMessage(room: string, message: string | Outgoing): Sending;
  /** Messages of every open room; see `Room.onMessage`. */
  onMessage(listener: (message: Message) => void, options?: ListenOptions): Off;
  onToolExecution(listener: (tool: ToolExecution) => void, options?: ListenOptions): Off;
  /** Failures that belong to no call. */
  onError(listener: (error: ChatError) => void, options?: ListenOptions): Off;

  /** Asks for anything that a client can ask for, in the words of the wire. */
  ask<T extends Request['type']>(request: RequestOf<T>): Promise<Replies[T]>;

  /** Calls `listener` when `select` gives something else than before. What the hooks are built on. */
  subscribe<T>(
    select: (chat: ChatClient) => T,
    listener: (value: T) => void,
    equal?: (a: T, b: T) => boolean,
  ): Off;
}

/** A room to be made. */
export interface NewRoom {
  /** Minted if left out; the same id is the same room, for ever. */
  readonly id?: string;
  readonly name?: string;
  readonly topic?: string;
  readonly kind?: RoomKind;
  readonly visibility?: Visibility;
  /** Who else is in it from the start. */
  readonly members?: readonly string[];
}
