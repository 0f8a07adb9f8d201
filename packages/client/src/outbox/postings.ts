/** What the sender of a message holds: a key at once, and a promise for what becomes of it. */
import { mintId } from '../environment.ts';
import { ChatError, toChatError } from '../errors.ts';
import type { Message, Outgoing, Sending } from '../model/message.ts';
import type { Part } from '../model/part.ts';
import { cancel } from '../room/actions.ts';
import type { Core } from '../room/core.ts';
import { toMessage } from '../wire/convert.ts';
import type { Wire } from '../wire/words.ts';
import type { Outbox } from './outbox.ts';

interface Promised {
  resolve(message: Message): void;
  reject(error: ChatError): void;
}

/** Promises for messages in the outbox. */
export class Postings {
  readonly #outbox: Outbox;
  readonly #core: Core;
  readonly #promised = new Map<string, Promised>();

  constructor(outbox: Outbox, core: Core) {
    this.#outbox = outbox;
    this.#core = core;
  }

  /** Queues a message. */
  post(room: string, message: string | Outgoing): Sending {
    const outgoing = typeof message === 'string' ? { text: message } : message;
    const key = outgoing.key ?? mintId(this.#core.environment.now());
    const settled = new Promise<Message>((resolve, reject) => this.#promised.set(key, { resolve, reject }));
    // A promise that nobody looks at must not become an unhandled rejection: the message itself shows the failure.
    settled.catch(() => undefined);
    try {
      this.#outbox.add({
        key,
        room,
        parts: toParts(outgoing),
        replyTo: outgoing.replyTo,
        to: outgoing.to ?? [],
      });
    } catch (cause) {
      this.refused(key, toChatError(cause, 'bad_request', 'the message could not be queued'));
    }
    this.#core.store.settle();
    return { key, settled, cancel: () => this.#cancel(room, key) };
  }

  /** Takes a message back that is not on the wire. */
  discard(key: string): boolean {
    if (!this.#outbox.discard(key)) return false;
    this.refused(key, new ChatError('discarded', 'the message was taken back'));
    return true;
  }

  /** The server answered that it has the message. */
  stored(key: string, wire: Wire.Message): void {
    this.#settle(key)?.resolve(toMessage(wire, key, this.#core.me));
  }

  /** The message was seen in the log. */
  confirm(key: string, message: Message): void {
    this.#outbox.confirm(key);
    this.#settle(key)?.resolve(message);
  }

  /** The server, or a limit, refused the message for good. */
  refused(key: string, error: ChatError): void {
    this.#settle(key)?.reject(error);
  }

  async #cancel(room: string, key: string): Promise<void> {
    if (!this.discard(key)) await cancel(this.#core, { room, message_id: key });
    this.#core.store.settle();
  }

  #settle(key: string): Promised | undefined {
    const promised = this.#promised.get(key);
    this.#promised.delete(key);
    return promised;
  }
}

function toParts({ text, parts }: Outgoing): readonly Part[] {
  if (parts !== undefined) return parts;
  return [{ type: 'text', text: text ?? '' }];
}
