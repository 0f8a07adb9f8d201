/** Who is typing: signals that end by themselves when they are not repeated. */
import type { Environment } from '../environment.ts';

/** How long a signal lasts, and how often one's own is repeated. */
const EXPIRY_MS = 6_000;
const REPEAT_MS = 3_000;

/** The typing users of one room. */
export class Typists {
  readonly #environment: Environment;
  readonly #changed: () => void;
  readonly #send: (active: boolean) => void;
  readonly #timers = new Map<string, unknown>();
  #users: readonly string[] = Object.freeze([]);
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
    const timer = this.#timers.get(user);
    if (timer === undefined && !active) return;
    this.#environment.clearTimeout(timer);
    this.#timers.delete(user);
    if (active) this.#timers.set(user, this.#environment.setTimeout(() => this.set(user, false), EXPIRY_MS));
    if ((timer !== undefined) === active) return;
    this.#users = Object.freeze([...this.#timers.keys()]);
    this.#changed();
  }

  /** Starts over with these. */
  reset(users: readonly string[]): void {
    for (const user of this.#users) if (!users.includes(user)) this.set(user, false);
    for (const user of users) this.set(user, true);
  }
}
