/** B7, F2: whatever happens to the pieces of a stream on their way, the text comes out the same or the hole is noticed. */
import { describe, expect, test } from 'vitest';
import { append, hold, isWhole, type Piece, UNKNOWN } from '../src/stream/assemble.ts';
import { crc32 } from '../src/stream/crc32.ts';
import { chance, type Chance } from './random.ts';

const bytesOf = (text: string) => new TextEncoder().encode(text).length;
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
    const at = bytesOf(characters.slice(0, from).join(''));
    const piece = characters.slice(from, to).join('');
    cut.push({ generation, at, end: at + bytesOf(piece), text: piece });
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
      const held = hold(0);
      for (let index = 0; index < all.length; index += 1) {
        const from = dice.between(0, index);
        const piece = dice.next() < 0.5 ? all[index]! : merged(all, from, index);
        expect(append(held, piece), `seed ${dice.seed}`).toBe(true);
        if (dice.next() < 0.3) append(held, all[dice.between(0, index)]!);
      }
      expect(held.text, `seed ${dice.seed}`).toBe(text);
      expect(held.bytes).toBe(bytesOf(text));
      expect(isWhole(held, { generation: 0, end: bytesOf(text), crc32: crc32(text) })).toBe(true);
    }
  });

  test('never grows across a hole', () => {
    const dice = chance();
    for (let round = 0; round < 400; round += 1) {
      const text = someText(dice);
      const held = hold(0);
      // In any order, some twice, some never: what is held is a beginning of the text at every moment.
      const all = pieces(text, dice);
      for (let turn = 0; turn < all.length; turn += 1) {
        append(held, dice.pick(all));
        expect(text.startsWith(held.text), `seed ${dice.seed}`).toBe(true);
        expect(held.bytes).toBe(bytesOf(held.text));
      }
    }
  });

  test('a new attempt voids the text of the old one, and what is late of the old one is void', () => {
    const held = hold(0, 'old');
    expect(append(held, { generation: 1, at: 4, end: 5, text: 'x' })).toBe(false);
    expect(append(held, { generation: 1, at: 0, end: 2, text: 'ne' })).toBe(true);
    expect(held).toEqual({ generation: 1, text: 'ne', bytes: 2 });
    expect(append(held, { generation: 0, at: 2, end: 3, text: '!' })).toBe(true);
    expect(held.text).toBe('ne');
  });

  test('a text from the log, of an attempt that nobody named, goes on with whichever comes', () => {
    const held = hold(UNKNOWN, 'be');
    expect(append(held, { generation: 3, at: 2, end: 5, text: 'gun' })).toBe(true);
    expect(held).toEqual({ generation: 3, text: 'begun', bytes: 5 });
  });

  test('a wrong text is noticed at its end', () => {
    const held = hold(0, 'hallo');
    expect(isWhole(held, { generation: 0, end: 5, crc32: crc32('hello') })).toBe(false);
    expect(isWhole(held, { generation: 0, end: 6, crc32: crc32('hallo') })).toBe(false);
    expect(isWhole(hold(UNKNOWN), { generation: 0, end: 0, crc32: 0 })).toBe(true);
  });

  test('the checksum is the one of zlib', () => {
    expect(crc32('123456789')).toBe(0xcbf43926);
    expect(crc32('')).toBe(0);
  });
});
