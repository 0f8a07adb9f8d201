/** Chance that can be repeated: tests print the seed and take it from SEED. */

export interface Chance {
  readonly seed: number;
  /** From 0 to below 1. */
  next(): number;
  /** A whole number from `from` to `to`, both included. */
  between(from: number, to: number): number;
  pick<T>(items: readonly T[]): T;
}

/** Mulberry32. */
export function chance(seed = Number(process.env['SEED'] ?? Math.floor(Math.random() * 2 ** 31))): Chance {
  let state = seed;
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const between = (from: number, to: number) => from + Math.floor(next() * (to - from + 1));
  return { seed, next, between, pick: (items) => items[between(0, items.length - 1)]! };
}
