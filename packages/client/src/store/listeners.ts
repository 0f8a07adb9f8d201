/** Sets of listeners; one that throws disturbs no other. */

/** How to stop listening, beside the returned function. */
export interface ListenOptions {
  readonly signal?: AbortSignal | undefined;
}

/** Stops listening. */
export type Off = () => void;

/** Listeners of one kind. */
export class Listeners<T extends unknown[]> {
  readonly #listeners = new Set<(...values: T) => void>();

  add(listener: (...values: T) => void, { signal }: ListenOptions = {}): Off {
    // A wrapper, so that the same function may listen twice and each can stop for itself.
    const own = (...values: T) => listener(...values);
    if (signal?.aborted === true) return () => undefined;
    this.#listeners.add(own);
    const off = () => void this.#listeners.delete(own);
    signal?.addEventListener('abort', off, { once: true });
    return off;
  }

  emit(...values: T): void {
    for (const listener of [...this.#listeners]) {
      try {
        listener(...values);
      } catch (cause) {
        // The application's fault must reach its own error reporting, not end our work.
        queueMicrotask(() => {
          throw cause;
        });
      }
    }
  }
}
