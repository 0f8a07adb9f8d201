/** What is shown stays the same object while it says the same. */
import { expect, it } from 'vitest';
import { settled } from '../../src/ui/live/memo.ts';

it('keeps what says the same, and takes in what does not', () => {
  let now: { readonly words: string } | undefined = { words: 'one' };
  const read = settled(() => now);
  const first = read();
  now = { words: 'one' };
  expect(read()).toBe(first);
  now = { words: 'two' };
  expect(read()).toEqual({ words: 'two' });
});

it('can begin with nothing, and come to nothing', () => {
  let now: string | undefined;
  const read = settled(() => now);
  expect(read()).toBeUndefined();
  now = 'something';
  expect(read()).toBe('something');
  now = undefined;
  expect(read()).toBeUndefined();
});
