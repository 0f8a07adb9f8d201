/** What a room needs from the client that it belongs to. */
import type { Connection, Unasked } from '../connection/connection.ts';
import type { Environment } from '../environment.ts';
import type { ChatError } from '../errors.ts';
import type { Message, Outgoing, Sending } from '../model/message.ts';
import type { ToolExecution } from '../model/part.ts';
import type { Outbox } from '../outbox/outbox.ts';
import type { Listeners } from '../store/listeners.ts';
import type { Store, Urgency } from '../store/store.ts';

/** A room, seen from what it consists of. */
export interface Place {
  readonly id: string;
  readonly core: Core;
  /** Something changed, all by itself. */
  show(urgency: Urgency): void;
}

/** The client, seen from a room. */
export interface Core extends Environment {
  readonly store: Store;
  readonly connection: Pick<Connection, 'live' | 'request' | 'ask'>;
  readonly outbox: Outbox;
  /** Id of the user who is signed in. */
  readonly me: string | undefined;
  /** Who listens to what the server says unasked, and to what is unread in open rooms. */
  readonly frames: Listeners<[Unasked]>;
  /** Who listens to all rooms. */
  readonly messageListeners: Listeners<[Message]>;
  readonly toolListeners: Listeners<[ToolExecution]>;
  sendMessage(room: string, message: string | Outgoing): Sending;
  readonly error: (error: ChatError) => void;
}
