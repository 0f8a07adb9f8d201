// Chance that can be repeated: every random choice of a test comes from a seed that the test prints.

/** Numbers from 0 (inclusive) to 1 (exclusive), the same for the same seed. */
export type Random = () => number;

/** The generator mulberry32: 32 bits of state, enough for faults. */
export function random(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A whole number from `least` to `most`, both possible. */
export function between(random: Random, least: number, most: number): number {
  return least + Math.floor(random() * (most - least + 1));
}

/** The seed of this run: `SEED` from the environment repeats an earlier one. */
export function seed(): number {
  const said = Number(process.env['SEED']);
  return Number.isInteger(said) && said > 0 ? said : 1 + Math.floor(Math.random() * 0xffff_fffe);
}
