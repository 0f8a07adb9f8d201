/**
 * When changes are published: not with every token, but once per animation frame, and less often when publishing is
 * slow or nobody looks. What ends something never waits behind text.
 */
import type { Environment, Timer } from '../environment.ts';

/** `frame` adapts to the page; a number is a fixed time in milliseconds; `sync` publishes after every frame of the wire. */
export type FlushMode = 'frame' | 'sync' | number;

/** How much a change may wait: `lazy` for growing text and signals, `soon` for entries, `now` for what ends something. */
export type Urgency = 'lazy' | 'soon' | 'now';

/** Nobody reads faster, and a page that nobody sees does not need more. */
const HIDDEN_MS = 1_000;
const FRAME_MS = 16;
/** Publishing that took longer than this is done less often: after three times its cost, at most `SLOWEST_MS`. */
const SLOW_MS = 12;
const SLOWEST_MS = 100;

/** Calls `publish` at the right time. */
export class Flusher {
  readonly #mode: FlushMode;
  readonly #environment: Environment;
  readonly #publish: () => void;
  readonly #timer: Timer;
  #frame: number | undefined;
  #lastAt = -Infinity;
  #pauseMs = 0;
  #wanted: Urgency | undefined;

  constructor(mode: FlushMode, environment: Environment, publish: () => void) {
    this.#mode = mode;
    this.#environment = environment;
    this.#publish = publish;
    this.#timer = environment.timer();
  }

  /** Something changed. */
  want(urgency: Urgency): void {
    if (this.#wanted === undefined || rank(urgency) > rank(this.#wanted)) this.#wanted = urgency;
  }

  /** What was handled together is complete: publish or plan to. */
  settle(): void {
    if (this.#wanted === undefined) return;
    const early = this.#environment.now() - this.#lastAt >= FRAME_MS;
    if (this.#wanted === 'now' || this.#mode === 'sync' || (this.#wanted === 'soon' && early)) this.flush();
    else if (!this.#timer.active) this.#plan();
  }

  /** Publishes now. */
  flush(): void {
    this.stop();
    this.#wanted = undefined;
    const began = this.#environment.now();
    this.#publish();
    this.#lastAt = this.#environment.now();
    const cost = this.#lastAt - began;
    this.#pauseMs = cost > SLOW_MS ? Math.min(SLOWEST_MS, cost * 3) : 0;
  }

  /** Forgets what was planned. */
  stop(): void {
    this.#timer.clear();
    if (this.#frame !== undefined) cancelAnimationFrame(this.#frame);
    this.#frame = undefined;
  }

  #plan(): void {
    const hidden = typeof document !== 'undefined' && document.hidden;
    if (typeof this.#mode === 'number') this.#after(this.#mode);
    else if (hidden) this.#after(this.#wanted === 'soon' ? FRAME_MS : HIDDEN_MS);
    else if (this.#pauseMs > 0 || typeof requestAnimationFrame === 'undefined')
      this.#after(Math.max(FRAME_MS, this.#pauseMs));
    else {
      this.#frame = requestAnimationFrame(() => this.flush());
      // A page that gets hidden after this gets no animation frames: the timer is the net.
      this.#after(HIDDEN_MS);
    }
  }

  #after(ms: number): void {
    this.#timer.set(ms, () => this.flush());
  }
}

function rank(urgency: Urgency): number {
  return urgency === 'now' ? 2 : urgency === 'soon' ? 1 : 0;
}
