/**
 * Messages on their way: in order per room, again after every loss with the same id, until the server has stored them
 * or refused them for good.
 */
import type { Environment, Timer } from '../environment.ts';
import { ChatError, toChatError } from '../errors.ts';
import type { Wire } from '../wire/words.ts';
import { type OutboxEntry, sizeOf } from './entry.ts';
import type { OutboxStorage } from './storage.ts';

/** Bounds of the outbox: enough for a train ride, less than a page can bear. */
const MAX_ENTRIES = 200;
const MAX_BYTES = 1_000_000;
/** What was meant for yesterday is not sent today. */
const MAX_AGE_MS = 24 * 60 * 60 * 1_000;
/** Refusals that are worth another try; a lost connection costs none. */
const MAX_TRIES = 5;
/** Unanswered messages per room; the server applies them in order. */
const IN_FLIGHT = 8;
const RETRY_MS = 1_000;

/** What the outbox needs from the client. */
export interface OutboxOptions {
  readonly environment: Environment;
  readonly storage: OutboxStorage | undefined;
  /** Whether messages of this room can go out now. */
  ready(room: string): boolean;
  send(entry: OutboxEntry, done: (reply: Wire.Sent) => void, failed: (error: ChatError) => void): void;
  /** The messages of this room changed. */
  changed(room: string): void;
  stored(entry: OutboxEntry, reply: Wire.Sent): void;
  refused(entry: OutboxEntry, error: ChatError): void;
  error(error: ChatError): void;
}

/** What is to be queued. */
export type NewEntry = Pick<OutboxEntry, 'key' | 'room' | 'parts' | 'replyTo' | 'to'>;

/** The messages that the server does not have yet. */
export class Outbox {
  readonly #options: OutboxOptions;
  readonly #entries = new Map<string, OutboxEntry>();
  readonly #pauses = new Map<string, Timer>();
  #user: string | undefined;
  #order = 0;
  #storage: OutboxStorage | undefined;
  #loading: Promise<OutboxEntry[]> | undefined;

  constructor(options: OutboxOptions) {
    this.#options = options;
  }

  /** How many messages wait or are on the wire. */
  get waiting(): number {
    return [...this.#entries.values()].filter(({ state }) => state !== 'failed').length;
  }

  /** The messages of a room, in order. */
  of(room: string): OutboxEntry[] {
    return [...this.#entries.values()]
      .filter((entry) => entry.room === room)
      .sort((a, b) => a.order - b.order);
  }

  /** Begins to read what an earlier page left. */
  open(server: string): void {
    const { storage } = this.#options;
    if (!storage || this.#storage) return;
    this.#storage = storage;
    // What was queued while there was no storage comes first in line for it.
    queueMicrotask(() => [...this.#entries.values()].forEach((entry) => this.#keep(entry)));
    this.#loading = storage.open(server).catch((cause: unknown) => {
      this.#giveUpStorage(cause);
      return [];
    });
  }

  /** Someone is signed in: what is theirs is sent, what is another's is not touched. */
  async adopt(user: string): Promise<void> {
    this.#user = user;
    for (const entry of this.#entries.values()) {
      if (entry.user === undefined) this.#set({ ...entry, user });
      else if (entry.user !== user) this.#forget(entry);
    }
    const loaded = (await this.#loading) ?? [];
    // Someone else signed in meanwhile, and waits for the same.
    if (this.#user !== user) return;
    this.#loading = undefined;
    for (const entry of loaded.sort((a, b) => a.order - b.order)) {
      if (entry.user !== user || this.#entries.has(entry.key)) continue;
      this.#order = Math.max(this.#order, entry.order);
      this.#set(entry.state === 'sending' ? { ...entry, state: 'queued' } : entry);
    }
    this.pumpAll();
  }

  /** Queues a message; refuses what does not fit. */
  add(given: NewEntry): void {
    const now = this.#options.environment.now();
    // By the clock, so that it follows what an earlier page left and is not read yet.
    this.#order = Math.max(this.#order + 1, now);
    const entry = { ...given, user: this.#user, order: this.#order, ...fresh(now) };
    const bytes = [...this.#entries.values()].reduce((sum, other) => sum + sizeOf(other), sizeOf(entry));
    if (this.#entries.size >= MAX_ENTRIES || bytes > MAX_BYTES) {
      throw new ChatError('outbox_full', 'too many messages are waiting to be sent');
    }
    this.#queue(entry);
  }

  /** Sends a failed message once more. */
  retry(key: string): void {
    const entry = this.#entries.get(key);
    if (entry?.state !== 'failed') return;
    this.#queue({ ...entry, ...fresh(this.#options.environment.now()) });
  }

  /** Takes a message out. True if it was certainly never sent. */
  discard(key: string): boolean {
    const entry = this.#entries.get(key);
    if (!entry || entry.state === 'sending') return false;
    this.#forget(entry);
    this.#unkeep(key);
    return true;
  }

  /** The message was seen in the log. */
  confirm(key: string): void {
    const entry = this.#entries.get(key);
    if (!entry) return;
    this.#forget(entry);
    this.#unkeep(key);
  }

  /** The connection is gone: what was on the wire waits again. */
  pumpAll(): void {
    for (const room of new Set([...this.#entries.values()].map((entry) => entry.room))) this.pump(room);
  }

  /** Sends what may be sent of a room. */
  pump(room: string): void {
    if (this.#pauses.has(room) || !this.#options.ready(room)) return;
    const entries = this.of(room);
    let free = IN_FLIGHT - entries.filter(({ state }) => state === 'sending').length;
    for (const entry of entries) {
      if (entry.state !== 'queued') continue;
      if (free <= 0) return;
      if (this.#options.environment.now() - entry.createdAt > MAX_AGE_MS) {
        this.#fail(
          entry,
          new ChatError('expired', 'the message waited for more than a day', { retryable: true }),
        );
        continue;
      }
      free -= 1;
      this.#send(entry);
    }
  }

  /** Empties it, and its storage. */
  async clear(): Promise<void> {
    this.#user = undefined;
    const discarded = new ChatError('discarded', 'the message was taken back');
    for (const entry of [...this.#entries.values()]) {
      this.#forget(entry);
      this.#options.refused(entry, discarded);
    }
    await this.#storage?.clear().catch((cause: unknown) => this.#giveUpStorage(cause));
  }

  /** Stops all timers and lets go of the storage. */
  close(): void {
    for (const timer of this.#pauses.values()) timer.clear();
    this.#pauses.clear();
    this.#storage?.close();
    this.#storage = undefined;
  }

  #queue(entry: OutboxEntry): void {
    this.#set(entry);
    this.#keep(entry);
    this.pump(entry.room);
  }

  #send(entry: OutboxEntry): void {
    this.#set({ ...entry, state: 'sending', since: this.#options.environment.now() });
    this.#options.send(
      entry,
      (reply) => {
        this.#options.stored(entry, reply);
        this.confirm(entry.key);
        this.pump(entry.room);
      },
      (error) => this.#sent(entry.key, error),
    );
  }

  /** The server refused, or nobody answered. */
  #sent(key: string, error: ChatError): void {
    const entry = this.#entries.get(key);
    if (entry?.state !== 'sending') return;
    const lost = error.code === 'disconnected' || error.code === 'timeout';
    // May last for as long as a bot is at work: nothing behind it should wait for that.
    const busy = error.code === 'queue_full' || error.code === 'bot_busy';
    const tries = entry.tries + (lost ? 0 : 1);
    if (!error.retryable || tries >= MAX_TRIES || busy) {
      this.#fail({ ...entry, tries }, error);
      this.pump(entry.room);
      return;
    }
    this.#set({ ...entry, state: 'queued', since: this.#options.environment.now(), tries });
    if (error.code !== 'disconnected') this.#pause(entry.room, error.retryAfterMs ?? RETRY_MS * 2 ** tries);
  }

  /** Holds a room's line, so that nothing overtakes what has to be tried again. */
  #pause(room: string, ms: number): void {
    if (this.#pauses.has(room)) return;
    const timer = this.#options.environment.timer();
    this.#pauses.set(room, timer);
    timer.set(ms, () => {
      this.#pauses.delete(room);
      this.pump(room);
    });
  }

  #fail(entry: OutboxEntry, error: ChatError): void {
    const { code, message, retryable } = error;
    const failed: OutboxEntry = {
      ...entry,
      state: 'failed',
      since: this.#options.environment.now(),
      error: { code, message, retryable },
    };
    this.#set(failed);
    this.#keep(failed);
    this.#options.refused(failed, error);
  }

  #set(entry: OutboxEntry): void {
    this.#entries.set(entry.key, entry);
    this.#options.changed(entry.room);
  }

  #forget(entry: OutboxEntry): void {
    this.#entries.delete(entry.key);
    this.#options.changed(entry.room);
  }

  #keep(entry: OutboxEntry): void {
    this.#storage?.put(entry).catch((cause: unknown) => this.#giveUpStorage(cause));
  }

  #unkeep(key: string): void {
    this.#storage?.remove(key).catch((cause: unknown) => this.#giveUpStorage(cause));
  }

  #giveUpStorage(cause: unknown): void {
    if (!this.#storage) return;
    this.#storage = undefined;
    this.#options.error(toChatError(cause, 'storage', 'storage failed: what waits is lost by a reload'));
  }
}

/** As if it had just been written. */
function fresh(now: number): Pick<OutboxEntry, 'createdAt' | 'state' | 'since' | 'tries' | 'error'> {
  return { createdAt: now, state: 'queued', since: now, tries: 0, error: undefined };
}
