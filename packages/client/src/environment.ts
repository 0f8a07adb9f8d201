/** What the SDK takes from its surroundings, looked up late so that importing it touches nothing. */

/** Time and chance; tests bring their own. */
export interface Environment {
  now(): number;
  random(): number;
}

/** The page, or what runs without one and has none of its things. */
export const surroundings = globalThis as Partial<typeof globalThis>;

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

/** A new id, ordered by time (UUIDv7). `crypto.randomUUID` is missing on plain HTTP; this is not. */
export function mintId(now: number): string {
  const chance = crypto.getRandomValues(new Uint8Array(9));
  // The digits that say which kind it is are no chance.
  const digits = hex(now, 12) + '7' + Array.from(chance, (byte) => hex(byte, 2)).join('') + '8';
  return digits.replace(/(.{8})(.{4})(.{4})(.{3})(.{12})(.)/, '$1-$2-$3-$6$4-$5');
}

function hex(number: number, digits: number): string {
  return number.toString(16).padStart(digits, '0');
}

/** For what nobody needs to know. */
export function ignore(): void {
  // Nothing to do.
}
