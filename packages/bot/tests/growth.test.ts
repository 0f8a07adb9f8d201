/** Growing text is counted in bytes and cut at letters, whatever pieces it comes in, and whatever of it arrives. */
import { expect, test } from 'vitest';
import { Growth, PIECE_BYTES } from '../src/growth.ts';

const bytes = (words: string): number => new TextEncoder().encode(words).length;

/** A generator of numbers below `limit`, the same for the same seed. */
function dice(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state % limit;
  };
}

test('F2: what is cut at any place, resent and acknowledged in part is whole at the other end', () => {
  const letters = ['a', 'ß', '三', '👩‍🚀', '\n'];
  for (let seed = 1; seed <= 200; seed += 1) {
    const roll = dice(seed);
    const growth = new Growth();
    let [said, heard] = ['', ''];
    for (let step = 0; step < 60; step += 1) {
      const words = Array.from({ length: roll(20) }, () => letters[roll(letters.length)]).join('');
      // Pieces may end in the middle of a letter.
      const cut = roll(words.length + 1);
      for (const piece of [words.slice(0, cut), words.slice(cut)]) growth.add(piece);
      said += words;
      if (roll(3) === 0) growth.reset(bytes(heard));
      const piece = growth.next();
      if (piece === undefined) continue;
      expect(piece.at, `seed ${seed}`).toBe(bytes(heard));
      const lost = roll(4);
      if (lost !== 0) heard += piece.words;
      if (lost > 1) growth.arrived();
      else expect(growth.reset(bytes(heard)), `seed ${seed}`).toBe(true);
    }
    growth.end();
    for (let piece = growth.next(); piece !== undefined; piece = growth.next()) {
      heard += piece.words;
      growth.arrived();
    }
    expect(heard, `seed ${seed}`).toBe(said);
    expect(growth.behind).toBe(0);
  }
});

test('a long text goes in pieces of whole letters', () => {
  const growth = new Growth();
  const words = '三'.repeat(PIECE_BYTES);
  growth.add(words);
  let heard = '';
  for (let piece = growth.next(); piece !== undefined; piece = growth.next()) {
    expect(bytes(piece.words)).toBeLessThanOrEqual(PIECE_BYTES);
    heard += piece.words;
    growth.arrived();
  }
  expect(heard).toBe(words);
});

test('half a letter waits for the other half, and is shown as what it is if that never comes', () => {
  const growth = new Growth();
  growth.add('a\ud83d');
  expect(growth.next()?.words).toBe('a');
  growth.arrived();
  growth.add('\ude80');
  expect(growth.next()?.words).toBe('🚀');
  growth.arrived();
  growth.add('\ud83d');
  growth.end();
  expect(growth.next()?.words).toBe('\ufffd');
});

test('a server that has more than was said, or less than it said it had, has another text', () => {
  const growth = new Growth();
  growth.add('words');
  growth.next();
  growth.arrived();
  expect(growth.reset(3)).toBe(false);
  expect(growth.reset(6)).toBe(false);
  expect(growth.reset(5)).toBe(true);
});
