/** B4: an agent is called by an `@` that completes as one writes. */
import { describe, expect, it } from 'vitest';
import { deploy, mara, me, scribe, tomas } from '../../src/ui/samples/people.ts';
import { candidates, complete, mentionAt } from '../../src/mention.ts';

describe('mentions in the composer', () => {
  it('are found at the caret', () => {
    expect(mentionAt('@', 1)).toEqual({ from: 0, query: '' });
    expect(mentionAt('hello @scr', 10)).toEqual({ from: 6, query: 'scr' });
    expect(mentionAt('(@dep', 5)).toEqual({ from: 1, query: 'dep' });
    expect(mentionAt('hello @scr ibe', 14)).toBeNull();
    expect(mentionAt('me@example.org', 14)).toBeNull();
  });

  it('offer agents first, then people, beginnings before middles', () => {
    const users = [tomas, mara, me, scribe, deploy];
    expect(candidates(users, '').map((user) => user.name)).toEqual([
      deploy.name,
      scribe.name,
      me.name,
      mara.name,
      tomas.name,
    ]);
    expect(candidates(users, 'br').map((user) => user.name)).toEqual([tomas.name]);
    expect(candidates(users, 'zzz')).toEqual([]);
  });

  it('complete in the middle of a sentence', () => {
    const text = 'ask @scr, please';
    expect(complete(text, { from: 4, query: 'scr' }, 'scribe')).toEqual({
      text: 'ask @scribe, please',
      caret: 11,
    });
    expect(complete('@scr now', { from: 0, query: 'scr' }, 'scribe')).toEqual({
      text: '@scribe now',
      caret: 7,
    });
  });
});
