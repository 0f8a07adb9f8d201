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

  /** Bound, so that it can be handed out as it is. */
  readonly add = (listener: (...values: T) => void, { signal }: ListenOptions = {}): Off => {
    // A wrapper, so that the same function may listen twice and each can stop for itself.
    const own = (...values: T) => listener(...values);
    const off = () => void this.#listeners.delete(own);
    if (signal?.aborted) return off;
    this.#listeners.add(own);
    signal?.addEventListener('abort', off, { once: true });
    return off;
  };

  readonly emit = (...values: T): void => {
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
  };
}
