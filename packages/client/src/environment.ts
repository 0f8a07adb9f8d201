/** What the SDK takes from its surroundings, looked up late so that importing it touches nothing. */

/** Time, timers and chance; tests bring their own. */
export interface Environment {
  now(): number;
  random(): number;
  /** A timer of one's own, to be set again and again. */
  timer(): Timer;
}

/** One timer: setting it again forgets what it was set to. */
export class Timer {
  #handle: ReturnType<typeof setTimeout> | undefined;

  /** Whether it is set and has not gone off. */
  get active(): boolean {
    return this.#handle !== undefined;
  }

  set(ms: number, run: () => void): void {
    this.clear();
    this.#handle = setTimeout(() => {
      this.#handle = undefined;
      run();
    }, ms);
  }

  clear(): void {
    clearTimeout(this.#handle);
    this.#handle = undefined;
  }
}

/** The real one, with what the application replaced. */
export function environment(given: {
  now?: (() => number) | undefined;
  random?: (() => number) | undefined;
}): Environment {
  return {
    now: given.now ?? (() => Date.now()),
    random: given.random ?? (() => Math.random()),
    timer: () => new Timer(),
  };
}

/** A new id, ordered by time (UUIDv7). `crypto.randomUUID` is missing on plain HTTP; this is not. */
export function mintId(now: number): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  for (let index = 5, rest = now; index >= 0; index -= 1, rest = Math.floor(rest / 256))
    bytes[index] = rest % 256;
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x70;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return hex.replace(/(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}
