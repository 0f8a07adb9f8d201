/** Counts who holds on to something, so that it ends a moment after the last one let go. */
import { Timer } from '../environment.ts';

/** A component that unmounts and mounts again, as React's StrictMode does, must not end it in between. */
const LINGER_MS = 250;

/** Who holds on to one thing. */
export class Holders {
  #count = 0;
  readonly #linger = new Timer();

  hold(): void {
    this.forget();
    this.#count += 1;
  }

  /** One lets go; `end` is called after a moment if that was the last one. */
  release(end: () => void): void {
    this.#count -= 1;
    if (this.#count <= 0) this.#linger.set(LINGER_MS, end);
  }

  /** It goes on, or has ended already. */
  forget(): void {
    this.#linger.clear();
  }
}
