/** Messages as an application sees them: immutable values; a new object only when something changed. */
import type { ChatError } from '../errors.ts';
import type { Part } from './part.ts';

/** Whether a message is whole, and if it never became whole, why. */
export type MessageStatus = 'streaming' | 'complete' | 'cancelled' | 'interrupted' | 'failed';

/** How far a message of one's own has come. Messages of others are always `sent`. */
export type DeliveryState = 'queued' | 'sending' | 'sent' | 'failed';

/** What a member said. */
export interface Message {
  /** What to render it by; never changes, not even when the server answers. */
  readonly key: string;
  /** The id that its sender minted. Unique with the room and the sender. */
  readonly id: string;
  readonly room: string;
  /** Id of the user who said it. */
  readonly sender: string;
  readonly own: boolean;
  /** Position in the room's log; absent until the server has it. */
  readonly seq?: number | undefined;
  /** Number among the countable messages of the room; absent until the server has it. */
  readonly ordinal?: number | undefined;
  /** When it was said, in milliseconds. */
  readonly at: number;
  readonly status: MessageStatus;
  readonly parts: readonly Part[];
  readonly delivery: DeliveryState;
  /** When `delivery` became what it is. */
  readonly deliverySince: number;
  /** Why it could not be delivered. */
  readonly error?: ChatError | undefined;
  /** Id of the message that this one answers. */
  readonly replyTo?: string | undefined;
  /** Users that it addresses beyond those it mentions. */
  readonly to: readonly string[];
  /** The run that wrote it. */
  readonly run?: string | undefined;
  readonly editedAt?: number | undefined;
  readonly deletedAt?: number | undefined;
  readonly reactions: readonly Reaction[];
  /** Since when it is pinned to its room, in milliseconds, and who pinned it. */
  readonly pinnedAt?: number | undefined;
  readonly pinnedBy?: string | undefined;
  /** Since when it is hidden from the first glance, to be shown to those only who ask for it; and who hid it. */
  readonly hiddenAt?: number | undefined;
  readonly hiddenBy?: string | undefined;
}

/** One sign under a message. */
export interface Reaction {
  readonly emoji: string;
  readonly count: number;
  /** The first users who put it; `count` may be higher. */
  readonly users: readonly string[];
  /** Whether one put it there oneself. */
  readonly own: boolean;
}

/** What one wants to say. */
export interface Outgoing {
  readonly text?: string;
  /** Instead of `text`: parts of type `text`, `file` and `data`. */
  readonly parts?: readonly Part[];
  /** Id of the message that this one answers. */
  readonly replyTo?: string;
  /** Users that it addresses beyond those it mentions. */
  readonly to?: readonly string[];
  /** The id to use; the same id is the same message for ever. Minted if left out. */
  readonly key?: string;
}

/** What `sendMessage` returns, at once. */
export interface Sending {
  /** Key and id of the message. */
  readonly key: string;
  /** Resolves when the server has stored it; rejects only when it never will. */
  readonly settled: Promise<Message>;
  /** Takes it back while it waits; afterwards stops the runs that it caused. */
  cancel(): Promise<void>;
}

/** The text of a message: its text parts, one paragraph each. */
export function textOf(message: Message): string {
  return message.parts.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('\n\n');
}
