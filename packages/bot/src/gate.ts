/** Whether requests can be made now, and a place to wait until they can. */

/** Opens and closes with the connection. */
export class Gate {
  #open = false;
  #waiting = new Set<() => void>();

  get open(): boolean {
    return this.#open;
  }

  set(open: boolean): void {
    this.#open = open;
    if (!open) return;
    for (const go of this.#waiting) go();
    this.#waiting.clear();
  }

  /** Returns when it is open, or the signal says that there is nothing to wait for. */
  pass(signal: AbortSignal): Promise<void> {
    if (this.#open || signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const go = (): void => {
        this.#waiting.delete(go);
        signal.removeEventListener('abort', go);
        resolve();
      };
      this.#waiting.add(go);
      signal.addEventListener('abort', go, { once: true });
    });
  }
}
