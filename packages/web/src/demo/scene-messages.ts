/** Every state of a message, one below the other. */
import type { LogItem } from '@antiphon/react/ui/kit';
import { mara, me, message, nextKey, scribe, text, tomas } from '@antiphon/react/ui/samples';

/** Every state of messages, one below the other. */
export function messageStates(now: number): readonly LogItem[] {
  const ago = (seconds: number): number => now - seconds * 1000;
  const mine = (words: string, delivery: NonNullable<Parameters<typeof message>[3]>['delivery']) =>
    message(me, ago(20), words, delivery ? { delivery } : {});
  const answer = (
    words: string,
    state: 'thinking' | 'streaming' | 'stopped' | 'interrupted' | 'failed' | 'queued',
    note?: string,
  ) =>
    message(scribe, ago(200), words === '' ? [] : [text(words, state === 'streaming')], {
      answer: {
        state,
        since: ago(7),
        endedAt: ago(3),
        by: 'Mara Lindqvist',
        mine: true,
        ...(note ? { note } : {}),
      },
    });
  const first = message(
    mara,
    ago(800),
    'The first message after a gap, with a [link to the notes](https://example.org/notes/replay) and a picture ![a graph of delays](https://example.org/delays.png).',
  );
  return [
    { kind: 'gap', key: nextKey(), at: ago(900), missing: 24, loading: false },
    first,
    message(tomas, ago(700), 'Never mind.', { deleted: true }),
    message(tomas, ago(600), 'I meant the other one.', {
      edited: true,
      replyTo: {
        key: first.key,
        name: 'Mara Lindqvist',
        excerpt: 'The first message after a gap, with a link to the notes',
      },
    }),
    answer('', 'queued', 'Queued, 3rd; scribe is starting'),
    answer('', 'thinking'),
    answer('Reading the log from the last cursor onwards, I see three rooms in which', 'streaming'),
    answer('I began to list the rooms, of which the first is', 'stopped'),
    answer('The second room has', 'interrupted'),
    answer('', 'failed', 'scribe could not finish: its model did not answer within 60 s.'),
    message(mara, ago(120), 'The door opens at nine on Thursday.', {
      pinned: 'Mara Lindqvist',
      marks: ['pinned', 'hidden'],
    }),
    message(tomas, ago(110), 'Something that helps nobody.', {
      hidden: 'Mara Lindqvist',
      marks: ['pinned', 'hidden'],
    }),
    mine('Sent, and read.', { state: 'sent', since: ago(20), note: 'Seen by Mara Lindqvist' }),
    mine('Sent and stored.', { state: 'sent', since: ago(20), note: 'Sent' }),
    mine('This one is on its way, slowly.', { state: 'sending', since: ago(5) }),
    mine('This one waits for a connection.', { state: 'queued', since: ago(8) }),
    mine('This one was refused for now.', {
      state: 'failed',
      since: ago(8),
      note: 'this room is read-only for 20 s.',
      retryable: true,
    }),
    mine('This one was refused for good.', {
      state: 'failed',
      since: ago(8),
      note: 'you are not a member of this room any more.',
      retryable: false,
    }),
  ];
}
