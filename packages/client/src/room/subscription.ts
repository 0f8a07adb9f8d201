/** Being in a room: joining it, again after every loss and every hole, until it is left. */
import type { Timer } from '../environment.ts';
import { ChatError } from '../errors.ts';
import type { Recovery, RoomPhase } from '../model/room.ts';
import type { RequestOf } from '../wire/frames.ts';
import type { Wire } from '../wire/words.ts';
import type { Core } from './core.ts';
import type { RoomLog } from './log.ts';
import { positionsOf } from './record.ts';

/** The time between two joins that a hole or a refusal causes. */
const REJOIN_MS = 1_000;

/** What a subscription tells its room. */
export interface SubscriptionEvents {
  /** The phase changed. */
  moved(): void;
  /** A join was answered; `entries` are handed over afterwards. */
  joined(joined: Wire.Joined): void;
  entries(entries: readonly Wire.Entry[], live: boolean): void;
}

/** The subscription of this client to one room. */
export class Subscription {
  readonly #room: string;
  readonly #core: Core;
  readonly #log: RoomLog;
  readonly #events: SubscriptionEvents;
  readonly #limit: number;
  #asking = false;
  #asked = -Infinity;
  readonly #timer: Timer;
  #open: readonly Wire.OpenStream[] = [];
  #settle: { resolve: () => void; reject: (error: ChatError) => void } | undefined;
  phase: RoomPhase = 'joining';
  error: ChatError | undefined;
  recovered: Recovery | undefined;
  /** Resolves when the room was joined for the first time. */
  readonly ready: Promise<void>;

  constructor(room: string, limit: number, core: Core, log: RoomLog, events: SubscriptionEvents) {
    this.#room = room;
    this.#limit = limit;
    this.#core = core;
    this.#log = log;
    this.#events = events;
    this.#timer = core.environment.timer();
    this.ready = new Promise((resolve, reject) => (this.#settle = { resolve, reject }));
    this.ready.catch(() => undefined);
  }

  /** Joins, if there is a connection; called again whenever there is a new one. */
  join(): void {
    if (!this.#core.live || this.#asking || this.phase === 'left') return;
    this.#timer.clear();
    this.#asking = true;
    this.#asked = this.#core.environment.now();
    this.#core.request(
      this.#request(),
      (joined) => this.#joined(joined),
      (error) => this.#refused(error),
    );
  }

  /** The connection is gone. */
  pause(): void {
    this.#asking = false;
    this.#timer.clear();
    if (this.phase === 'joined') this.#move('paused');
  }

  /** Something is missing: joins again from where the log stands, soon. */
  resync(): void {
    if (this.#asking || this.#timer.active || this.phase === 'left') return;
    const wait = this.#asked + REJOIN_MS - this.#core.environment.now();
    if (wait <= 0) this.join();
    else this.#timer.set(wait, () => this.join());
  }

  /** The rest of a catch-up. */
  page(entries: readonly Wire.Entry[]): void {
    this.#events.entries(entries, false);
    this.#restore();
  }

  /** The server took the room away. */
  revoke(error: ChatError): void {
    this.error = error;
    this.#settle?.reject(error);
    this.#move('denied');
  }

  /** Stops for good. */
  leave(): void {
    this.pause();
    this.#settle?.reject(new ChatError('closed', 'the room was left'));
    this.#move('left');
  }

  #request(): RequestOf<'join_room'> {
    const cursor = this.#log.position.cursor();
    const streams = [...this.#log.messages.streaming()].flatMap(positionsOf);
    return {
      type: 'join_room',
      room: this.#room,
      limit: this.#limit,
      cursor,
      streams,
    };
  }

  #joined(joined: Wire.Joined): void {
    this.#asking = false;
    const first = this.recovered === undefined;
    this.recovered = joined.mode === 'resumed' ? 'replayed' : first ? 'fresh' : 'snapshot';
    this.error = undefined;
    this.#events.joined(joined);
    this.#events.entries(joined.entries, false);
    this.#open = joined.streams;
    this.#restore();
    this.#settle?.resolve();
    this.#move('joined');
    this.#core.joined(this.#room);
  }

  /** Brings unfinished messages up to date, as far as their entries have come. */
  #restore(): void {
    const { messages } = this.#log;
    this.#open = this.#open.filter((open) => {
      const record = messages.byKey(open.message_id);
      if (!record) return true;
      if (!messages.restore(open)) {
        // The server assumed text that is not here: say that nothing is, and all of it comes.
        record.streams[open.part] = undefined;
        this.resync();
      }
      return false;
    });
  }

  #refused(error: ChatError): void {
    this.#asking = false;
    if (this.phase === 'left' || error.code === 'disconnected') return;
    if (!error.retryable) return this.revoke(error);
    this.#timer.set(error.retryAfterMs ?? REJOIN_MS, () => this.join());
  }

  #move(phase: RoomPhase): void {
    this.phase = phase;
    this.#events.moved();
  }
}
