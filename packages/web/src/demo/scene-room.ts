/** A room on a busy afternoon: people, two agents, a table, a decision, an answer under way. */
import type { LogItem } from '@antiphon/react/ui/kit';
import {
  asks,
  deploy,
  ines,
  mara,
  me,
  message,
  nextKey,
  scribe,
  text,
  tomas,
  tool,
} from '@antiphon/react/ui/samples';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** An afternoon in a room: the picture for the front page. */
export function afternoon(now: number): readonly LogItem[] {
  return [...earlier(now), ...lately(now)];
}

/** What was said before the last quarter of an hour. */
function earlier(now: number): readonly LogItem[] {
  const yesterday = now - 22 * HOUR;
  const ago = (minutes: number): number => now - minutes * MINUTE;
  return [
    message(
      tomas,
      yesterday,
      'Moved the replay notes into the wiki. The open question is still what happens when a cursor is older than the ring.',
    ),
    message(
      ines,
      yesterday + 2 * MINUTE,
      'Catch-up from the store, page by page. Nobody should ever see a hole.',
      {
        reactions: [{ emoji: '👍', count: 2, mine: true, names: ['Mara Lindqvist', 'Jonas Weber'] }],
      },
    ),
    { kind: 'event', key: nextKey(), at: ago(64), text: 'Mara Lindqvist invited deploy-bot.' },
    message(
      mara,
      ago(31),
      'Can we ship the resume protocol this week? I would like to see one more replay against last night’s traces before we say yes.',
    ),
    message(
      mara,
      ago(30),
      '@scribe please replay yesterday’s trace against the candidate and tell us what differs.',
    ),
    message(
      scribe,
      ago(29.8),
      [
        {
          kind: 'reasoning',
          id: 'r',
          text: 'The trace of last night is in the archive. I replay it in order and compare positions, not times.',
          open: false,
          startedAt: ago(29.8),
          endedAt: ago(29.65),
        },
        tool({
          name: 'fetch_trace',
          state: 'done',
          summary: '2026-11-19, 10 000 events',
          startedAt: ago(29.6),
          endedAt: ago(29.57),
          input: '{\n  "date": "2026-11-19",\n  "room": "all"\n}',
          result: '10 000 events, 4.2 MB',
        }),
        tool({
          name: 'replay_room',
          state: 'done',
          summary: 'candidate, in order',
          startedAt: ago(29.5),
          endedAt: ago(29.1),
          input: '{ "build": "candidate" }',
        }),
        text(
          'Replayed **10 000 events** against the candidate. Nothing was lost or doubled; the order is the same in every room.\n\n| | released | candidate |\n|---|---:|---:|\n| median delay | 3.1 ms | 2.4 ms |\n| 99th percentile | 19 ms | 11 ms |\n| bytes per delta | 54 | 29 |\n\nOne thing to look at: after a restart the first client waits for the ring to be rebuilt, about `180 ms`. The fix is small:\n\n```rust\n// Warm the ring before the door opens.\nfor room in store.recent_rooms(64).await? {\n    hub.open(room).await?.warm(RING_TAIL);\n}\n```',
        ),
      ],
      { answer: { state: 'done', since: ago(29.8), endedAt: ago(28.8), mine: true } },
    ),
  ];
}

/** A decision that is needed, a mention, and an answer that is being written. */
function lately(now: number): readonly LogItem[] {
  const ago = (minutes: number): number => now - minutes * MINUTE;
  return [
    message(
      me,
      ago(12),
      'That looks right. I will take the warm-up; @deploy-bot can restart one node afterwards.',
      {
        delivery: { state: 'delivered', since: ago(12) },
        edited: true,
      },
    ),
    message(
      deploy,
      ago(11.5),
      [
        tool({
          name: 'restart_node',
          state: 'approval',
          startedAt: ago(11.5),
          input: '{\n  "node": "eu-2",\n  "drain_seconds": 20\n}',
          approval: asks({
            question: 'Restart node eu-2? Its 312 connections are spread over the other nodes within 20 s.',
            expiresAt: now + 4.5 * MINUTE,
            canDecide: true,
          }),
        }),
      ],
      { answer: { state: 'waiting', since: ago(11.5), mine: true } },
    ),
    message(mara, ago(2), 'Good. @Jonas Weber, can you allow it after the warm-up is in?', {
      mentionsMe: true,
    }),
    message(
      me,
      ago(1),
      '@scribe write the release note meanwhile, please. Short, for people who run this at home.',
      {
        delivery: { state: 'delivered', since: ago(1), note: 'scribe has it' },
      },
    ),
    message(
      scribe,
      now - 40_000,
      [
        tool({
          name: 'read_changes',
          state: 'done',
          summary: '14 commits since 0.41',
          startedAt: now - 38_000,
          endedAt: now - 36_200,
        }),
        tool({
          id: 'demo-replay',
          name: 'check_links',
          state: 'running',
          summary: 'docs',
          startedAt: now - 9000,
          progress: { fraction: 0.62, message: '31 of 50 pages' },
        }),
        text(
          '## 0.42: nothing is said twice\n\nWhen your connection drops, the page now asks for **exactly what it has not seen**. A long answer that was half read continues where it',
          true,
        ),
      ],
      { answer: { state: 'streaming', since: now - 40_000, mine: true } },
    ),
  ];
}
