/**
 * Who looks at what, and when: changes are not published with every token, but once per animation frame, and less often
 * when publishing is slow or nobody looks. What ends something never waits behind text.
 */
import { surroundings, Timer } from '../environment.ts';
import { Listeners, type Off } from './listeners.ts';

/** `frame` adapts to the page; a number is a fixed time in milliseconds; `sync` publishes after every frame of the wire. */
export type FlushMode = 'frame' | 'sync' | number;

/** How much a change may wait: growing text and signals; entries; what ends something. */
export const LAZY = 1;
export const SOON = 2;
export const NOW = 3;

/** One of these. */
export type Urgency = typeof LAZY | typeof SOON | typeof NOW;

/** Something that has a new picture of itself to publish; returns what to tell once all pictures are new. */
export interface Source {
  publish(): (() => void)[];
}

/** Nobody reads faster, and a page that nobody sees does not need more. */
const HIDDEN_MS = 1_000;
const FRAME_MS = 16;
/** Publishing that took longer than this is done less often: after three times its cost, at most `SLOWEST_MS`. */
const SLOW_MS = 12;
const SLOWEST_MS = 100;

/** Collects changes, publishes them together, then tells who is interested. */
export class Store {
  readonly #mode: FlushMode;
  readonly #now: () => number;
  readonly #watchers = new Listeners<[]>();
  readonly #timer = new Timer();
  #changed = new Set<Source>();
  #urgency: Urgency | 0 = 0;
  #publishing = false;
  #frame = 0;
  #publishedAt = -Infinity;
  #pauseMs = 0;

  constructor(mode: FlushMode, now: () => number) {
    this.#mode = mode;
    this.#now = now;
  }

  /** `source` changed; its picture may wait this long. */
  change(source: Source, urgency: Urgency): void {
    this.#changed.add(source);
    if (urgency > this.#urgency) this.#urgency = urgency;
  }

  /** What was handled together is complete: publishes or plans to. */
  settle(): void {
    if (this.#publishing || !this.#urgency) return;
    const rested = this.#now() - this.#publishedAt >= FRAME_MS;
    if (this.#mode === 'sync' || this.#urgency === NOW || (this.#urgency === SOON && rested)) this.flush();
    else if (!this.#timer.active) this.#plan();
  }

  /** Publishes everything now. */
  flush(): void {
    if (this.#publishing || this.#changed.size === 0) return;
    this.stop();
    const began = this.#now();
    this.#publish();
    this.#publishedAt = this.#now();
    const cost = this.#publishedAt - began;
    this.#pauseMs = cost > SLOW_MS ? Math.min(SLOWEST_MS, cost * 3) : 0;
  }

  /** Calls `listener` when `select` gives something else than last time. */
  subscribe<T>(
    select: () => T,
    listener: (value: T) => void,
    equal: (a: T, b: T) => boolean = Object.is,
  ): Off {
    let last = select();
    return this.#watchers.add(() => {
      const value = select();
      if (equal(last, value)) return;
      last = value;
      listener(value);
    });
  }

  /** Publishes nothing more by itself. */
  stop(): void {
    this.#timer.clear();
    if (this.#frame) cancelAnimationFrame(this.#frame);
    this.#frame = 0;
  }

  #plan(): void {
    const { document, requestAnimationFrame } = surroundings;
    const hidden = document?.hidden;
    let wait = this.#mode;
    if (typeof wait !== 'number') {
      wait = Math.max(FRAME_MS, this.#pauseMs);
      if (hidden && this.#urgency === LAZY) wait = HIDDEN_MS;
      if (!hidden && !this.#pauseMs && requestAnimationFrame) {
        this.#frame = requestAnimationFrame(() => this.flush());
        // A page that gets hidden after this gets no animation frames: the timer is the net.
        wait = HIDDEN_MS;
      }
    }
    this.#timer.set(wait, () => this.flush());
  }

  #publish(): void {
    this.#publishing = true;
    this.#urgency = 0;
    const told: (() => void)[] = [];
    while (this.#changed.size > 0) {
      const sources = this.#changed;
      this.#changed = new Set();
      for (const source of sources) told.push(...source.publish());
    }
    this.#publishing = false;
    this.#watchers.emit();
    for (const tell of told) tell();
  }
}
