/** Web Locks, as far as tabs need them: who holds one is alive, and when its tab dies the next in line holds it at once. */

/** What is used of `navigator.locks`. */
export interface Locks {
  request(
    name: string,
    options: { steal?: boolean; signal?: AbortSignal },
    held: () => Promise<void>,
  ): Promise<unknown>;
}

/** What becomes of a lock that is waited for. */
export interface LockEvents {
  granted(): void;
  /** Another one took it away, or it cannot be had at all. */
  lost(): void;
}

/** Waits in line for a lock, or takes it from whoever has it; returns how to let go of it, or to wait no longer. */
export function takeLock(locks: Locks, name: string, events: LockEvents, steal = false): () => void {
  const waiting = new AbortController();
  let wanted = true;
  let letGo = () => waiting.abort();
  const held = () =>
    new Promise<void>((resolve) => {
      letGo = resolve;
      if (wanted) events.granted();
      else resolve();
    });
  // What is taken by force has no line to stand in.
  locks.request(name, steal ? { steal } : { signal: waiting.signal }, held).catch(() => {
    if (wanted) events.lost();
  });
  return () => {
    wanted = false;
    letGo();
  };
}
