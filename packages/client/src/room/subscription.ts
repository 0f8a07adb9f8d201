/** Being in a room: joining it, again after every loss and every hole, until it is left. */
import { ignore, Timer } from '../environment.ts';
import { ChatError } from '../errors.ts';
import type { Receive, Recovery, RoomPhase } from '../model/room.ts';
import type { Wire } from '../wire/words.ts';
import type { Place } from './core.ts';
import type { RoomLog } from './log.ts';
import { positionsOf, voidText } from './record.ts';

/** The time between two joins that a hole or a refusal causes. */
const REJOIN_MS = 1_000;

/** The room that a subscription serves, and what it is told. */
export interface Subscriber extends Place {
  /** The phase changed. */
  moved(): void;
  /** A join was answered; `entries` are handed over afterwards. */
  joined(joined: Wire.Joined): void;
  entries(entries: readonly Wire.Entry[], live: boolean): void;
}

/** What to ask for when joining. */
export interface JoinOptions {
  /** Entries to begin with. */
  readonly history?: number | undefined;
  /** Live content beside the log; all if left out. */
  readonly receive?: readonly Receive[] | undefined;
}

/** Entries asked for at first. */
const HISTORY = 50;

/** The subscription of this client to one room. */
export class Subscription {
  readonly #place: Subscriber;
  readonly #log: RoomLog;
  readonly #timer = new Timer();
  #wanted: JoinOptions;
  #asking = false;
  #asked = -Infinity;
  #open: readonly Wire.OpenStream[] = [];
  #settle: { resolve: () => void; reject: (error: ChatError) => void } | undefined;
  phase: RoomPhase = 'joining';
  error: ChatError | undefined;
  recovered: Recovery | undefined;
  /** Resolves when the room was joined for the first time. */
  readonly ready: Promise<void>;

  constructor(place: Subscriber, wanted: JoinOptions, log: RoomLog) {
    this.#place = place;
    this.#wanted = wanted;
    this.#log = log;
    this.ready = new Promise((resolve, reject) => (this.#settle = { resolve, reject }));
    this.ready.catch(ignore);
  }

  /** Someone else wants the room as well, and maybe more of it. */
  widen({ receive }: JoinOptions): void {
    const { receive: had, history } = this.#wanted;
    if (!had || receive?.every((kind) => had.includes(kind))) return;
    this.#wanted = { history, receive: receive && [...had, ...receive] };
    this.join();
  }

  /** Joins, if there is a connection; called again whenever there is a new one. */
  join(): void {
    const { id: room, core } = this.#place;
    if (!core.connection.live || this.#asking || this.phase === 'left') return;
    this.#timer.clear();
    this.#asking = true;
    this.#asked = core.now();
    const wanted = this.#wanted;
    const { history: limit = HISTORY, receive } = wanted;
    core.connection.request(
      {
        type: 'join_room',
        room,
        limit,
        receive: receive && [...receive],
        cursor: this.#log.cursor,
        streams: this.#log.messages.streaming().flatMap(positionsOf),
      },
      (joined) => {
        this.#joined(joined);
        if (wanted !== this.#wanted) this.join();
      },
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
    this.#timer.set(this.#asked + REJOIN_MS - this.#place.core.now(), () => this.join());
  }

  /** The rest of a catch-up. */
  page(entries: readonly Wire.Entry[]): void {
    this.#place.entries(entries, false);
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

  #joined(joined: Wire.Joined): void {
    this.#asking = false;
    this.error = undefined;
    const first = this.recovered === undefined;
    this.recovered = joined.mode === 'resumed' ? 'replayed' : first ? 'fresh' : 'snapshot';
    this.#place.joined(joined);
    this.#open = joined.streams;
    this.page(joined.entries);
    this.#settle?.resolve();
    this.#move('joined');
    this.#place.core.outbox.pump(this.#place.id);
  }

  /** Brings unfinished messages up to date, as far as their entries have come. */
  #restore(): void {
    const { messages } = this.#log;
    this.#open = this.#open.filter((open) => {
      const record = messages.byKey(open.message_id);
      if (!record) return true;
      if (!messages.restore(open)) {
        // The server assumed text that is not here: say that nothing is, and all of it comes.
        voidText(record, open.part);
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
    this.#place.moved();
  }
}
