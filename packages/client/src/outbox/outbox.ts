/**
 * Messages on their way: in order per room, again after every loss with the same id, until the server has stored them
 * or refused them for good.
 */
import { type Environment, Timer } from '../environment.ts';
import { ChatError, toChatError } from '../errors.ts';
import type { Message } from '../model/message.ts';
import { sizeOf } from '../wire/size.ts';
import type { OutboxEntry } from './entry.ts';
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
export interface OutboxHost extends Pick<Environment, 'now'> {
  readonly options: { readonly outbox?: 'memory' | OutboxStorage };
  /** Whether messages of this room can go out now. */
  ready(room: string): boolean;
  send(entry: OutboxEntry, done: (message: Message) => void, failed: (error: ChatError) => void): void;
  /** The messages of this room changed. */
  changed(room: string): void;
  error(error: ChatError): void;
}

interface Waiting {
  resolve(message: Message): void;
  reject(error: ChatError): void;
}

/** What is to be queued. */
export type NewEntry = Pick<OutboxEntry, 'key' | 'room' | 'parts' | 'replyTo' | 'to'>;

/** The messages that the server does not have yet. */
export class Outbox {
  readonly #host: OutboxHost;
  readonly #entries = new Map<string, OutboxEntry>();
  /** Who waits for what becomes of a message. */
  readonly #waiting = new Map<string, Waiting>();
  readonly #pauses = new Map<string, Timer>();
  #user: string | undefined;
  #order = 0;
  #storage: OutboxStorage | undefined;

  constructor(host: OutboxHost) {
    this.#host = host;
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

  /** Opens the storage. What was queued without it comes first in line for it. */
  open(server: string): void {
    const { outbox: storage = 'memory' } = this.#host.options;
    if (storage === 'memory' || this.#storage) return;
    this.#storage = storage;
    const left = () => this.#user !== undefined && void this.adopt(this.#user);
    void this.#store(storage.open(server, left));
    for (const entry of this.#entries.values()) this.#keep(entry);
  }

  /** Someone is signed in: what is theirs is sent, what is another's is not touched. */
  async adopt(user: string): Promise<void> {
    this.#user = user;
    for (const entry of this.#entries.values()) {
      if (entry.user === undefined) this.#set({ ...entry, user });
      else if (entry.user !== user) this.#forget(entry);
    }
    const kept = (await this.#store(this.#storage?.load())) ?? [];
    // Someone else signed in meanwhile, and waits for the same.
    if (this.#user !== user) return;
    for (const entry of kept.sort((a, b) => a.order - b.order)) {
      if (entry.user !== user || this.#entries.has(entry.key)) continue;
      this.#order = Math.max(this.#order, entry.order);
      this.#set(entry.state === 'sending' ? { ...entry, state: 'queued' } : entry);
    }
    this.pumpAll();
  }

  /** Queues a message. Resolves when the server has it; rejects when it never will, or when there is no place for it. */
  add(given: NewEntry): Promise<Message> {
    return new Promise((resolve, reject) => {
      const now = this.#host.now();
      // By the clock, so that it follows what an earlier page left and is not read yet.
      this.#order = Math.max(this.#order + 1, now);
      const entry = { ...given, user: this.#user, order: this.#order, ...fresh(now) };
      const entries = [...this.#entries.values(), entry];
      if (entries.length > MAX_ENTRIES || sizeOf(entries) > MAX_BYTES)
        throw new ChatError('outbox_full', 'too many messages wait');
      this.#waiting.set(entry.key, { resolve, reject });
      this.#queue(entry);
    });
  }

  /** Sends a failed message once more. */
  retry(key: string): void {
    const entry = this.#entries.get(key);
    if (entry?.state === 'failed') this.#queue({ ...entry, ...fresh(this.#host.now()) });
  }

  /** Takes a message out. True if it was certainly never sent. */
  discard(key: string): boolean {
    const entry = this.#entries.get(key);
    if (!entry || entry.state === 'sending') return false;
    this.#settle(key)?.reject(discarded());
    this.#remove(entry);
    return true;
  }

  /** The server has the message. */
  confirm(key: string, message: Message): void {
    const entry = this.#entries.get(key);
    if (entry) this.#remove(entry);
    this.#settle(key)?.resolve(message);
  }

  /** There is a connection: what was on the wire goes out again. */
  pumpAll(): void {
    for (const room of new Set([...this.#entries.values()].map((entry) => entry.room))) this.pump(room);
  }

  /** Sends what may be sent of a room. */
  pump(room: string): void {
    if (this.#pauses.has(room) || !this.#host.ready(room)) return;
    const entries = this.of(room);
    let free = IN_FLIGHT - entries.filter(({ state }) => state === 'sending').length;
    for (const entry of entries) {
      if (entry.state !== 'queued') continue;
      if (free <= 0) return;
      if (this.#host.now() - entry.createdAt > MAX_AGE_MS) {
        const retryable = true;
        this.#fail(entry, new ChatError('expired', 'waited too long', { retryable }));
        continue;
      }
      free -= 1;
      this.#send(entry);
    }
  }

  /** Empties it, and its storage. */
  async clear(): Promise<void> {
    this.#user = undefined;
    for (const entry of this.#entries.values()) this.#forget(entry);
    for (const key of this.#waiting.keys()) this.#settle(key)?.reject(discarded());
    await this.#store(this.#storage?.clear());
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
    const { key, room } = entry;
    this.#move(entry, { state: 'sending' });
    this.#host.send(
      entry,
      (message) => {
        this.confirm(key, message);
        this.pump(room);
      },
      (error) => this.#sent(key, error),
    );
  }

  /** The server refused, or nobody answered. */
  #sent(key: string, error: ChatError): void {
    const entry = this.#entries.get(key);
    if (entry?.state !== 'sending') return;
    const { code, retryable, retryAfterMs } = error;
    const lost = code === 'disconnected' || code === 'timeout';
    // May last for as long as a bot is at work: nothing behind it should wait for that.
    const busy = code === 'queue_full' || code === 'bot_busy';
    const tries = entry.tries + (lost ? 0 : 1);
    if (!retryable || tries >= MAX_TRIES || busy) {
      this.#fail(entry, error);
      this.pump(entry.room);
      return;
    }
    this.#move(entry, { state: 'queued', tries });
    if (code !== 'disconnected') this.#pause(entry.room, retryAfterMs ?? RETRY_MS * 2 ** tries);
  }

  /** Holds a room's line, so that nothing overtakes what has to be tried again. */
  #pause(room: string, ms: number): void {
    if (this.#pauses.has(room)) return;
    const timer = new Timer();
    this.#pauses.set(room, timer);
    timer.set(ms, () => {
      this.#pauses.delete(room);
      this.pump(room);
    });
  }

  #fail(entry: OutboxEntry, error: ChatError): void {
    const { code, message, retryable } = error;
    this.#keep(this.#move(entry, { state: 'failed', error: { code, message, retryable } }));
    this.#settle(entry.key)?.reject(error);
  }

  /** Takes who waits for what becomes of a message. */
  #settle(key: string): Waiting | undefined {
    const waiting = this.#waiting.get(key);
    this.#waiting.delete(key);
    return waiting;
  }

  /** It is in another state from now on. */
  #move(entry: OutboxEntry, change: Partial<OutboxEntry>): OutboxEntry {
    const moved = { ...entry, ...change, since: this.#host.now() };
    this.#set(moved);
    return moved;
  }

  #set(entry: OutboxEntry): void {
    this.#entries.set(entry.key, entry);
    this.#host.changed(entry.room);
  }

  #forget(entry: OutboxEntry): void {
    this.#entries.delete(entry.key);
    this.#host.changed(entry.room);
  }

  #remove(entry: OutboxEntry): void {
    this.#forget(entry);
    void this.#store(this.#storage?.remove(entry.key));
  }

  #keep(entry: OutboxEntry): void {
    void this.#store(this.#storage?.put(entry));
  }

  /** Waits for the storage; does without it from the first failure on. */
  async #store<T>(doing: Promise<T> | undefined): Promise<T | undefined> {
    try {
      return await doing;
    } catch (cause) {
      const words = 'a reload loses what waits';
      if (this.#storage) this.#host.error(toChatError(cause, 'storage', words));
      this.#storage = undefined;
      return undefined;
    }
  }
}

/** As if it had just been written. */
function fresh(now: number): Pick<OutboxEntry, 'createdAt' | 'state' | 'since' | 'tries' | 'error'> {
  return { createdAt: now, state: 'queued', since: now, tries: 0, error: undefined };
}

function discarded(): ChatError {
  return new ChatError('discarded', 'taken back');
}
