/** Who looks at what: selectors over the whole client, run again after each publication. */
import type { Environment } from '../environment.ts';
import { Flusher, type FlushMode, type Urgency } from './flush.ts';
import { Listeners, type Off } from './listeners.ts';

/** Something that has a new picture of itself to publish; returns what to tell once all pictures are new. */
export interface Source {
  publish(): (() => void)[];
}

/** Collects changes, publishes them together, then tells who is interested. */
export class Store {
  readonly #flusher: Flusher;
  readonly #watchers = new Listeners<[]>();
  #changed = new Set<Source>();
  #publishing = false;

  constructor(mode: FlushMode, environment: Environment) {
    this.#flusher = new Flusher(mode, environment, () => this.#publish());
  }

  /** `source` changed; its picture may wait this long. */
  change(source: Source, urgency: Urgency): void {
    this.#changed.add(source);
    this.#flusher.want(urgency);
  }

  /** Publishes what is due after a batch of changes. */
  settle(): void {
    if (!this.#publishing) this.#flusher.settle();
  }

  /** Publishes everything. */
  flush(): void {
    if (!this.#publishing && this.#changed.size > 0) this.#flusher.flush();
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
    this.#flusher.stop();
  }

  #publish(): void {
    this.#publishing = true;
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
