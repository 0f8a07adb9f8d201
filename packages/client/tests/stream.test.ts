/** B7, F2: whatever happens to the pieces of a stream on their way, the text comes out the same or the hole is noticed. */
import { describe, expect, test } from 'vitest';
import { append, byteLength, empty, type Held, isWhole, type Piece } from '../src/stream/assemble.ts';
import { crc32 } from '../src/stream/crc32.ts';
import { chance, type Chance } from './random.ts';

const SIGNS = ['a', 'B', ' ', '\n', 'é', 'ß', '漢', '字', '🌍', '👩‍👩‍👧', '\u0301'];

function someText(dice: Chance): string {
  return Array.from({ length: dice.between(0, 80) }, () => dice.pick(SIGNS)).join('');
}

/** Cuts at character borders, as a server that speaks UTF-8 does. */
function pieces(text: string, dice: Chance, generation = 0): Piece[] {
  const characters = Array.from(text);
  const cut: Piece[] = [];
  for (let from = 0; from < characters.length;) {
    const to = Math.min(characters.length, from + dice.between(1, 9));
    const at = byteLength(characters.slice(0, from).join(''));
    const piece = characters.slice(from, to).join('');
    cut.push({ generation, at, end: at + byteLength(piece), text: piece });
    from = to;
  }
  return cut;
}

/** What a reconnect brings: everything from some border that was passed already, in one piece. */
function merged(all: readonly Piece[], from: number, to: number): Piece {
  const part = all.slice(from, to + 1);
  return {
    generation: part[0]!.generation,
    at: part[0]!.at,
    end: part.at(-1)!.end,
    text: part.map(({ text }) => text).join(''),
  };
}

describe('a stream', () => {
  test('comes out the same however it is cut, doubled, merged and sent again', () => {
    const dice = chance();
    for (let round = 0; round < 400; round += 1) {
      const text = someText(dice);
      const all = pieces(text, dice);
      let held: Held = empty(0);
      for (let index = 0; index < all.length; index += 1) {
        const from = dice.between(0, index);
        const piece = dice.next() < 0.5 ? all[index]! : merged(all, from, index);
        const grown = append(held, piece);
        expect(grown, `seed ${dice.seed}`).toBeDefined();
        held = grown!;
        if (dice.next() < 0.3) held = append(held, all[dice.between(0, index)]!)!;
      }
      expect(held.text, `seed ${dice.seed}`).toBe(text);
      expect(held.bytes).toBe(byteLength(text));
      expect(isWhole(held, { generation: 0, end: byteLength(text), crc32: crc32(text) })).toBe(true);
    }
  });

  test('never grows across a hole', () => {
    const dice = chance();
    for (let round = 0; round < 400; round += 1) {
      const text = someText(dice);
      let held: Held = empty(0);
      // In any order, some twice, some never: what is held is a beginning of the text at every moment.
      const all = pieces(text, dice);
      for (let turn = 0; turn < all.length; turn += 1) {
        held = append(held, dice.pick(all)) ?? held;
        expect(text.startsWith(held.text), `seed ${dice.seed}`).toBe(true);
        expect(held.bytes).toBe(byteLength(held.text));
      }
    }
  });

  test('a new attempt voids the text of the old one, and what is late of the old one is void', () => {
    const old = append(empty(0), { generation: 0, at: 0, end: 3, text: 'old' })!;
    expect(append(old, { generation: 1, at: 4, end: 5, text: 'x' })).toBeUndefined();
    const fresh = append(old, { generation: 1, at: 0, end: 2, text: 'ne' })!;
    expect(fresh).toEqual({ generation: 1, text: 'ne', bytes: 2 });
    expect(append(fresh, { generation: 0, at: 3, end: 4, text: '!' })).toBe(fresh);
  });

  test('a wrong text is noticed at its end', () => {
    const held = append(empty(0), { generation: 0, at: 0, end: 5, text: 'hallo' })!;
    expect(isWhole(held, { generation: 0, end: 5, crc32: crc32('hello') })).toBe(false);
    expect(isWhole(held, { generation: 0, end: 6, crc32: crc32('hallo') })).toBe(false);
    expect(isWhole(undefined, { generation: 0, end: 0, crc32: 0 })).toBe(true);
  });

  test('the checksum is the one of zlib', () => {
    expect(crc32('123456789')).toBe(0xcbf43926);
    expect(crc32('')).toBe(0);
  });
});
