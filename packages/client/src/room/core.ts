/** What a room needs from the client that it belongs to. */
import type { Write } from '../asking.ts';
import type { Environment } from '../environment.ts';
import type { ChatError } from '../errors.ts';
import type { Message, Outgoing, Sending } from '../model/message.ts';
import type { ToolExecution } from '../model/part.ts';
import type { OutboxEntry } from '../outbox/entry.ts';
import type { Store } from '../store/store.ts';
import type { Replies, Request, RequestOf } from '../wire/frames.ts';

/** The client, seen from a room. */
export interface Core {
  readonly environment: Environment;
  readonly store: Store;
  /** Id of the user who is signed in. */
  readonly me: string | undefined;
  /** Whether requests can be sent now. */
  readonly live: boolean;
  /** Sends a request now; the answer is handled in the order of the wire. */
  request<T extends Request['type']>(
    request: RequestOf<T>,
    done: (reply: Replies[T]) => void,
    failed: (error: ChatError) => void,
  ): void;
  /** Sends a request as soon as there is a connection. */
  ask<T extends Request['type']>(request: RequestOf<T>): Promise<Replies[T]>;
  /** The same, again if the answer was lost; for requests that may be carried out twice. */
  insist<T extends Request['type']>(request: RequestOf<T>): Promise<Replies[T]>;
  /** Asks for a change, again if the answer was lost. */
  write<T extends Write>(request: RequestOf<T>): Promise<Replies[T]>;
  sendMessage(room: string, message: string | Outgoing): Sending;
  outgoing(room: string): OutboxEntry[];
  retry(key: string): void;
  discard(key: string): void;
  /** A message of one's own was seen in the log. */
  confirm(key: string, message: Message): void;
  /** The room can take messages now. */
  joined(room: string): void;
  /** How much of the room is unread. */
  unreadChanged(room: string, ordinal: number, read: number): void;
  message(message: Message): void;
  tool(tool: ToolExecution): void;
  error(error: ChatError): void;
}
