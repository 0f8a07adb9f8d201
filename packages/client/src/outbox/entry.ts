/** A message that the server does not have yet. */
import { ChatError } from '../errors.ts';
import type { Message } from '../model/message.ts';
import type { Part } from '../model/part.ts';

/** A message in the outbox, in a form that storage can hold. */
export interface OutboxEntry {
  /** Key and id of the message. */
  readonly key: string;
  readonly room: string;
  /** Whose it is; unknown before the first sign-in. */
  readonly user: string | undefined;
  /** Its place in the queue. */
  readonly order: number;
  readonly parts: readonly Part[];
  readonly replyTo: string | undefined;
  readonly to: readonly string[];
  readonly createdAt: number;
  readonly state: 'queued' | 'sending' | 'failed';
  readonly since: number;
  /** How often the server refused it for now. */
  readonly tries: number;
  readonly error:
    { readonly code: ChatError['code']; readonly message: string; readonly retryable: boolean } | undefined;
}

/** Pictures made before: an entry that did not change looks the same, to the object. */
const pictures = /* @__PURE__ */ new WeakMap<OutboxEntry, Message>();

/** How it looks in the room. */
export function toPending(entry: OutboxEntry): Message {
  const picture = pictures.get(entry) ?? draw(entry);
  pictures.set(entry, picture);
  return picture;
}

function draw(entry: OutboxEntry): Message {
  const { key, room, user = '', parts, replyTo, to, createdAt, state, since, error } = entry;
  return {
    key,
    id: key,
    room,
    sender: user,
    own: true,
    at: createdAt,
    status: 'complete',
    parts,
    delivery: state,
    deliverySince: since,
    error: error && new ChatError(error.code, error.message, error),
    replyTo,
    to,
    reactions: [],
  };
}
