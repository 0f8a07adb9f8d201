/** Logs that together show every state a row can be in. */
import type { LogItem } from '../view/model.ts';
import { message, nextKey, text, tool } from './messages.ts';
import { deploy, ines, mara, me, scribe, tomas } from './people.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** An afternoon in a room: the picture for the front page. */
export function afternoon(now: number): readonly LogItem[] {
  const yesterday = now - 22 * HOUR;
  const ago = (minutes: number): number => now - minutes * MINUTE;
  return [
    message(tomas, yesterday, 'Moved the replay notes into the wiki. The open question is still what happens when a cursor is older than the ring.'),
    message(ines, yesterday + 2 * MINUTE, 'Catch-up from the store, page by page. Nobody should ever see a hole.', {
      reactions: [{ emoji: '👍', count: 2, mine: true, names: ['Mara Lindqvist', 'Jonas Weber'] }],
    }),
    { kind: 'event', key: nextKey(), at: ago(64), text: 'Mara Lindqvist invited deploy-bot.' },
    message(mara, ago(31), 'Can we ship the resume protocol this week? I would like to see one more replay against last night’s traces before we say yes.'),
    message(mara, ago(30), '@scribe please replay yesterday’s trace against the candidate and tell us what differs.'),
    message(scribe, ago(29.8), [
      { kind: 'reasoning', id: 'r', text: 'The trace of last night is in the archive. I replay it in order and compare positions, not times.', open: false, startedAt: ago(29.8), endedAt: ago(29.65) },
      tool({ name: 'fetch_trace', state: 'done', summary: '2026-11-19, 10 000 events', startedAt: ago(29.6), endedAt: ago(29.57), input: '{\n  "date": "2026-11-19",\n  "room": "all"\n}', result: '10 000 events, 4.2 MB' }),
      tool({ name: 'replay_room', state: 'done', summary: 'candidate, in order', startedAt: ago(29.5), endedAt: ago(29.1), input: '{ "build": "candidate" }' }),
      text(
        'Replayed **10 000 events** against the candidate. Nothing was lost or doubled; the order is the same in every room.\n\n| | released | candidate |\n|---|---:|---:|\n| median delay | 3.1 ms | 2.4 ms |\n| 99th percentile | 19 ms | 11 ms |\n| bytes per delta | 54 | 29 |\n\nOne thing to look at: after a restart the first client waits for the ring to be rebuilt, about `180 ms`. The fix is small:\n\n```rust\n// Warm the ring before the door opens.\nfor room in store.recent_rooms(64).await? {\n    hub.open(room).await?.warm(RING_TAIL);\n}\n```',
      ),
    ], { answer: { state: 'done', since: ago(29.8), endedAt: ago(28.8), mine: true } }),
    message(me, ago(12), 'That looks right. I will take the warm-up; @deploy-bot can restart one node afterwards.', {
      delivery: { state: 'delivered', since: ago(12) },
      edited: true,
    }),
    message(deploy, ago(11.5), [
      tool({
        name: 'restart_node',
        state: 'approval',
        startedAt: ago(11.5),
        input: '{\n  "node": "eu-2",\n  "drain_seconds": 20\n}',
        approval: { id: 'a1', question: 'Restart node eu-2? Its 312 connections are spread over the other nodes within 20 s.', expiresAt: now + 4.5 * MINUTE, canDecide: true },
      }),
    ], { answer: { state: 'queued', since: ago(11.5), note: 'waiting for a decision', mine: true } }),
    message(mara, ago(2), 'Good. @Jonas Weber, can you allow it after the warm-up is in?', { mentionsMe: true }),
    message(me, ago(1), '@scribe write the release note meanwhile, please. Short, for people who run this at home.', {
      delivery: { state: 'delivered', since: ago(1), note: 'scribe has it' },
    }),
    message(scribe, now - 40_000, [
      tool({ name: 'read_changes', state: 'done', summary: '14 commits since 0.41', startedAt: now - 38_000, endedAt: now - 36_200 }),
      tool({ id: 'demo-replay', name: 'check_links', state: 'running', summary: 'docs', startedAt: now - 9000, progress: { fraction: 0.62, message: '31 of 50 pages' } }),
      text('## 0.42: nothing is said twice\n\nWhen your connection drops, the page now asks for **exactly what it has not seen**. A long answer that was half read continues where it', true),
    ], { answer: { state: 'streaming', since: now - 40_000, mine: true } }),
  ];
}

/** Every state of messages, one below the other. */
export function messageStates(now: number): readonly LogItem[] {
  const ago = (seconds: number): number => now - seconds * 1000;
  const mine = (words: string, delivery: NonNullable<Parameters<typeof message>[3]>['delivery']) =>
    message(me, ago(20), words, delivery ? { delivery } : {});
  const answer = (words: string, state: 'thinking' | 'streaming' | 'stopped' | 'interrupted' | 'failed' | 'queued', note?: string) =>
    message(scribe, ago(200), words === '' ? [] : [text(words, state === 'streaming')], {
      answer: { state, since: ago(7), endedAt: ago(3), by: 'Mara Lindqvist', mine: true, ...(note ? { note } : {}) },
    });
  return [
    { kind: 'gap', key: nextKey(), at: ago(900), missing: 24, loading: false },
    message(mara, ago(800), 'The first message after a gap, with a [link to the notes](https://example.org/notes/replay) and a picture ![a graph of delays](https://example.org/delays.png).'),
    message(tomas, ago(700), 'Never mind.', { deleted: true }),
    message(tomas, ago(600), 'I meant the other one.', { edited: true, replyTo: { name: 'Mara Lindqvist', excerpt: 'The first message after a gap, with a link to the notes' } }),
    answer('', 'queued', 'Queued, 3rd; scribe is starting'),
    answer('', 'thinking'),
    answer('Reading the log from the last cursor onwards, I see three rooms in which', 'streaming'),
    answer('I began to list the rooms, of which the first is', 'stopped'),
    answer('The second room has', 'interrupted'),
    answer('', 'failed', 'scribe could not finish: its model did not answer within 60 s.'),
    mine('Sent and stored.', { state: 'sent', since: ago(20), note: 'Sent' }),
    mine('This one is on its way, slowly.', { state: 'sending', since: ago(5) }),
    mine('This one waits for a connection.', { state: 'queued', since: ago(8) }),
    mine('This one was refused for now.', { state: 'failed', since: ago(8), note: 'this room is read-only for 20 s.', retryable: true }),
    mine('This one was refused for good.', { state: 'failed', since: ago(8), note: 'you are not a member of this room any more.', retryable: false }),
  ];
}

/** Every state of tool cards. */
export function toolStates(now: number): readonly LogItem[] {
  const ago = (seconds: number): number => now - seconds * 1000;
  const parts = [
    tool({ name: 'search_rooms', state: 'input', startedAt: ago(1) }),
    tool({ name: 'index_archive', state: 'queued', waiting: 'waiting for a free slot, 2 before', startedAt: ago(4) }),
    tool({ name: 'list_files', state: 'running', summary: 'docs/', startedAt: ago(6), output: 'docs/operating.md\ndocs/guarantees.md\ndocs/embedding.md\ndocs/agents.md\n' }),
    tool({ name: 'replay_room', state: 'running', summary: 'candidate', startedAt: ago(14), progress: { fraction: 0.62, message: '6 214 of 10 000' } }),
    tool({ name: 'export_log', state: 'cancelling', startedAt: ago(22), progress: { fraction: 0.3, message: '12 of 40 files' } }),
    tool({ name: 'restart_node', state: 'approval', startedAt: ago(30), approval: { id: 'a2', question: 'Restart node eu-2 now?', expiresAt: now + 870_000, canDecide: true } }),
    tool({ name: 'delete_branch', state: 'approval', startedAt: ago(30), approval: { id: 'a3', question: 'Delete the branch resume-spike?', canDecide: false } }),
    tool({ name: 'run_tests', state: 'error', summary: 'store', startedAt: ago(60), endedAt: ago(41), error: { message: 'Two of 214 tests failed.', retryable: true } }),
    tool({ name: 'fetch_trace', state: 'done', summary: '2026-11-19', startedAt: ago(60), endedAt: ago(58.2) }),
    tool({ name: 'drop_table', state: 'denied', startedAt: ago(60), endedAt: ago(50), approval: { id: 'a4', question: '', canDecide: true, decision: 'denied', decidedBy: 'Mara Lindqvist' } }),
    tool({ name: 'tail_log', state: 'cancelled', startedAt: ago(60), endedAt: ago(50) }),
    tool({ name: 'ask_weather', state: 'timed_out', startedAt: ago(60), endedAt: ago(30) }),
    tool({ name: 'build_image', state: 'lost', startedAt: ago(60), endedAt: ago(30) }),
    text('Then seven quick ones:'),
    ...Array.from({ length: 7 }, (_, n) => tool({ name: n % 2 ? 'read_file' : 'search', state: 'done', startedAt: ago(60), endedAt: ago(58.3) })),
  ];
  return [
    message(me, ago(70), 'Show me every state a tool can be in.', { delivery: { state: 'delivered', since: ago(70) } }),
    message(scribe, ago(68), parts, { answer: { state: 'streaming', since: ago(68), mine: true } }),
    message(deploy, ago(20), [
      { kind: 'plan', id: 'plan', steps: [
        { text: 'Warm the ring before the door opens', state: 'done' },
        { text: 'Replay last night’s traces', state: 'active' },
        { text: 'Restart one node', state: 'pending' },
        { text: 'Tell support', state: 'skipped' },
      ] },
      { kind: 'file', id: 'file', name: 'replay-report.csv', size: 48_213, url: '/replay-report.csv' },
      { kind: 'data', id: 'data', label: 'Node status', json: '{\n  "node": "eu-2",\n  "connections": 312\n}' },
    ], { answer: { state: 'done', since: ago(20), endedAt: ago(10), mine: true } }),
  ];
}

/** Prose of every kind. */
export function proseStates(now: number): readonly LogItem[] {
  return [
    message(scribe, now - 60_000, [text(PROSE)], { answer: { state: 'done', since: now - 60_000, mine: true } }),
  ];
}

const PROSE = `# How a cursor works

A client remembers **where it is**, not what it has not read. That is one small number per room; the server keeps no list of what it owes to whom. See the [guarantees](https://example.org/guarantees) or write to [the team](mailto:team@example.org).

## What happens after a drop

1. The page connects again and says \`(epoch, seq)\` for each room.
2. The server answers with what came since:
   - from the ring in memory, if it is still there
   - from the store, page by page, if it is not
3. Nothing is sent twice.

> A slow reader costs a cursor. It is never cut off for being slow alone.

- [x] replay by offset
- [ ] the same over Socket.IO

\`\`\`ts
const room = chat.joinRoom('release-42');
room.onMessage((message) => {
  console.log(message.author.name, message.text);
});
\`\`\`

| store | appends per second | synced |
|:--|--:|:-:|
| SQLite, 256 writers | 64 400 | yes |
| Postgres, 256 writers | 68 000 | yes |

### Small print

HTML stays text: <b onclick="alert(1)">bold?</b> and <script>alert(1)</script>. ~~Struck out~~, *emphasised*, and \`inline code\`.

---

The end.`;

/** A long history, for scrolling. */
export function longHistory(now: number, length: number, from = 0): readonly LogItem[] {
  const authors = [mara, tomas, me, scribe, ines];
  return Array.from({ length }, (_, n) => {
    const index = from + n;
    const author = authors[Math.floor(index / 2) % authors.length] ?? mara;
    const at = now - (length - n) * 90_000;
    const words = index % 7 === 0 ? 'A longer message with a list:\n\n- first\n- second\n- third\n\nand a closing line.' : `Message ${index}: ${'the order is the same for everybody. '.repeat(1 + (index % 4))}`;
    return message(author, at, words, author.id === me.id ? { delivery: { state: 'delivered', since: at } } : {});
  });
}
