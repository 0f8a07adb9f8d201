/** A8: rows of one author within a few minutes share one head; a day, an answer or a reply begins anew. */
import { describe, expect, it } from 'vitest';
import { message } from '../../src/ui/samples/messages.ts';
import { mara, scribe, tomas } from '../../src/ui/samples/people.ts';
import { GROUP_MS, placeOf } from '../../src/ui/log/grouping.ts';

const NOON = new Date(2026, 10, 20, 12).getTime();

describe('the place of a row', () => {
  const first = message(mara, NOON, 'one');

  it('is under a day mark at the beginning and after midnight', () => {
    expect(placeOf(undefined, first)).toBe('day');
    const late = message(mara, new Date(2026, 10, 20, 23, 59).getTime(), 'late');
    const early = message(mara, new Date(2026, 10, 21, 0, 1).getTime(), 'early');
    expect(placeOf(late, early)).toBe('day');
  });

  it('is in the group of the same author for five minutes', () => {
    expect(placeOf(first, message(mara, NOON + GROUP_MS - 1, 'two'))).toBe('rest');
    expect(placeOf(first, message(mara, NOON + GROUP_MS, 'two'))).toBe('head');
    expect(placeOf(first, message(tomas, NOON + 1, 'two'))).toBe('head');
  });

  it('is at the head after an event, for a reply, and for every answer of an agent', () => {
    const event = { kind: 'event', key: 'e', at: NOON, text: 'Mara came in.' } as const;
    expect(placeOf(event, message(mara, NOON + 1, 'two'))).toBe('head');
    expect(placeOf(first, message(mara, NOON + 1, 'two', { replyTo: { name: 'x', excerpt: 'y' } }))).toBe(
      'head',
    );
    const answer = message(scribe, NOON, 'a', { answer: { state: 'done', since: NOON, mine: true } });
    expect(placeOf(answer, { ...answer, key: 'other' })).toBe('head');
  });
});
