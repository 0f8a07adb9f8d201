/** B12: a screen reader hears what changed, in whole sentences, and never the tokens in between. */
import { describe, expect, it } from 'vitest';
import { asks, message, text, tool } from '../../src/ui/samples/messages.ts';
import { me, scribe } from '../../src/ui/samples/people.ts';
import type { MessageView } from '../../src/ui/view/model.ts';
import { merge } from '../../src/ui/a11y/announce.ts';
import { newSentences } from '../../src/ui/a11y/sentences.ts';

const writing = message(scribe, 0, [text('The answ', true)], {
  answer: { state: 'streaming', since: 0, mine: true },
});
const said = (before: MessageView, after: MessageView) =>
  newSentences(before, after).map((sentence) => sentence.text);

describe('announcements', () => {
  it('are silent while text grows', () => {
    expect(said(writing, { ...writing, parts: [text('The answer', true)] })).toEqual([]);
  });

  it('say once that an answer is finished, with its beginning', () => {
    const done: MessageView = {
      ...writing,
      parts: [text('The answer is 42.')],
      answer: { state: 'done', since: 0, mine: true },
    };
    expect(said(writing, done)).toEqual(['scribe finished: The answer is 42.']);
    expect(said(done, done)).toEqual([]);
  });

  it('are assertive for what needs me: a decision, a message that was refused', () => {
    const asking = {
      ...writing,
      parts: [tool({ name: 'x', state: 'approval', approval: asks({ question: 'Restart?' }) })],
    };
    expect(newSentences(writing, asking)).toEqual([{ text: 'scribe asks: Restart?', urgency: 'assertive' }]);
    const own = message(me, 0, 'hello', { delivery: { state: 'sending', since: 0 } });
    const refused: MessageView = { ...own, delivery: { state: 'failed', since: 0, note: 'too long.' } };
    expect(newSentences(own, refused)[0]?.urgency).toBe('assertive');
  });

  it('leave out the tools of others', () => {
    const call = tool({ id: 'c', name: 'x', state: 'running', mine: false });
    const before = { ...writing, parts: [call] };
    expect(said(before, { ...writing, parts: [{ ...call, call: { ...call.call, state: 'done' } }] })).toEqual(
      [],
    );
  });

  it('are merged when much happens at once', () => {
    expect(merge(['a.', 'b.', 'c.', 'd.', 'e.'])).toBe('2 more. c. d. e.');
  });
});
