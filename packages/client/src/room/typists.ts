/** Who is typing: signals that end by themselves when they are not repeated. */
import type { Environment, Timer } from '../environment.ts';

/** How long a signal lasts, and how often one's own is repeated. */
const EXPIRY_MS = 6_000;
const REPEAT_MS = 3_000;

/** The typing users of one room. */
export class Typists {
  readonly #environment: Environment;
  readonly #changed: () => void;
  readonly #send: (active: boolean) => void;
  readonly #timers = new Map<string, Timer>();
  #users: readonly string[] = [];
  #sentAt = -Infinity;

  constructor(environment: Environment, changed: () => void, send: (active: boolean) => void) {
    this.#environment = environment;
    this.#changed = changed;
    this.#send = send;
  }

  /** Ids of those who type; a new array only when it changed. */
  get users(): readonly string[] {
    return this.#users;
  }

  /** One pressed a key. */
  keystroke(): void {
    const now = this.#environment.now();
    if (now - this.#sentAt < REPEAT_MS) return;
    this.#sentAt = now;
    this.#send(true);
  }

  /** One stopped, or sent what one typed. */
  stop(): void {
    if (this.#environment.now() - this.#sentAt < EXPIRY_MS) this.#send(false);
    this.#sentAt = -Infinity;
  }

  /** One's message was sent: the server knows what that means for typing. */
  sent(): void {
    this.#sentAt = -Infinity;
  }

  set(user: string, active: boolean): void {
    const held = this.#timers.get(user);
    if (!held && !active) return;
    held?.clear();
    const timer = held ?? this.#environment.timer();
    if (active) timer.set(EXPIRY_MS, () => this.set(user, false));
    if (held && active) return;
    if (active) this.#timers.set(user, timer);
    else this.#timers.delete(user);
    this.#users = [...this.#timers.keys()];
    this.#changed();
  }

  /** Starts over with these. */
  reset(users: readonly string[]): void {
    for (const user of this.#users) if (!users.includes(user)) this.set(user, false);
    for (const user of users) this.set(user, true);
  }
}
