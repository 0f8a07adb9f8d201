/** B9: what says the same is the same object, so that nothing renders for it. */
import { describe, expect, it } from 'vitest';
import { settled } from '../../src/ui/live/memo.ts';

describe('a settled value', () => {
  it('stays the same object for as long as it says the same', () => {
    let said = { words: 'one' };
    const get = settled(() => said);
    const first = get();
    said = { words: 'one' };
    expect(get()).toBe(first);
    said = { words: 'two' };
    expect(get()).toBe(said);
  });

  it('may be nothing, from the start and again', () => {
    let said: object | undefined;
    const get = settled(() => said);
    expect(get()).toBeUndefined();
    said = { words: 'one' };
    expect(get()).toBe(said);
    said = undefined;
    expect(get()).toBeUndefined();
  });
});
