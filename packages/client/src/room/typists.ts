/** Who is typing: signals that end by themselves when they are not repeated. */
import { Timer } from '../environment.ts';
import { LAZY } from '../store/store.ts';
import type { Place } from './core.ts';
import type { Typing } from './room.ts';

/** How long a signal lasts, and how often one's own is repeated. */
const EXPIRY_MS = 6_000;
const REPEAT_MS = 3_000;

/** The typing users of one room. */
export class Typists implements Typing {
  readonly #place: Place;
  readonly #timers = new Map<string, Timer>();
  /** Ids of those who type; a new array only when it changed. */
  users: readonly string[] = [];
  #sentAt = -Infinity;

  constructor(place: Place) {
    this.#place = place;
  }

  /** One pressed a key. */
  keystroke(): void {
    const now = this.#place.core.now();
    if (now - this.#sentAt < REPEAT_MS) return;
    this.#sentAt = now;
    this.#send(true);
  }

  /** One stopped. */
  stop(): void {
    if (this.#place.core.now() - this.#sentAt < EXPIRY_MS) this.#send(false);
    this.sent();
  }

  /** One's message was sent: the server knows what that means for typing. */
  sent(): void {
    this.#sentAt = -Infinity;
  }

  set(user: string, active: boolean): void {
    if (user === this.#place.core.me) return;
    const held = this.#timers.get(user);
    held?.clear();
    if (active) {
      const timer = held ?? new Timer();
      timer.set(EXPIRY_MS, () => this.set(user, false));
      this.#timers.set(user, timer);
    } else this.#timers.delete(user);
    if (active === (held !== undefined)) return;
    this.users = [...this.#timers.keys()];
    this.#place.show(LAZY);
  }

  /** Starts over with these. */
  reset(users: readonly string[]): void {
    for (const user of this.users) if (!users.includes(user)) this.set(user, false);
    for (const user of users) this.set(user, true);
  }

  #send(active: boolean): void {
    const { id: room, core } = this.#place;
    core.connection.request<'typing'>({ type: 'typing', room, active });
  }
}
