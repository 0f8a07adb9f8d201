/** The client as an application uses it. */
import type { Patience } from './connection/requests.ts';
import type { ChatError } from './errors.ts';
import type { ConnectionStatus } from './model/connection.ts';
import type { Message, Outgoing, Sending } from './model/message.ts';
import type { ToolExecution } from './model/part.ts';
import type { User } from './model/room.ts';
import type { Room } from './room/room.ts';
import type { JoinOptions } from './room/subscription.ts';
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
  joinRoom(id: string, options?: JoinOptions): Room;
  /** The same as `leave()` of the room's handle. */
  leaveRoom(id: string): void;
  /** A room that is held by someone, without holding it. */
  getRoom(id: string): Room | undefined;
  /** Number of messages that the server does not have yet. */
  readonly queued: number;

  sendMessage(room: string, message: string | Outgoing): Sending;
  /** Messages of every open room; see `Room.onMessage`. */
  onMessage(listener: (message: Message) => void, options?: ListenOptions): Off;
  onToolExecution(listener: (tool: ToolExecution) => void, options?: ListenOptions): Off;
  /** Failures that belong to no call. */
  onError(listener: (error: ChatError) => void, options?: ListenOptions): Off;

  /**
   * Asks for anything that a client can ask for, in the words of the wire, as soon as there is a connection; with
   * `repeat` again if the answer was lost, for what may be carried out twice.
   */
  ask<T extends Request['type']>(request: RequestOf<T>, patience?: Patience): Promise<Replies[T]>;

  /** Calls `listener` when `select` gives something else than before. What the hooks are built on. */
  subscribe<T>(
    select: (chat: ChatClient) => T,
    listener: (value: T) => void,
    equal?: (a: T, b: T) => boolean,
  ): Off;
}
