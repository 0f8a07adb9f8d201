/** What the SDK takes from its surroundings; tests bring their own. */

/** Time and chance. */
export interface Environment {
  now(): number;
  random(): number;
  /** Runs something later; the answer takes that back. */
  later(ms: number, run: () => void): () => void;
}

/** This machine's. */
export const REAL: Environment = {
  now: () => Date.now(),
  random: () => Math.random(),
  later: (ms, run) => {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};

/** Waits; the signal cuts it short. */
export function pause(environment: Environment, ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted === true) return resolve();
    const stop = environment.later(ms, done);
    signal?.addEventListener('abort', done, { once: true });
    function done(): void {
      stop();
      signal?.removeEventListener('abort', done);
      resolve();
    }
  });
}

/** A new id, ordered by time (UUIDv7). */
export function mintId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  for (let index = 5, rest = Date.now(); index >= 0; index -= 1, rest = Math.floor(rest / 256))
    bytes[index] = rest % 256;
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x70;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return hex.replace(/(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}
