/** Every state of a tool call, one below the other. */
import type { DecisionView, LogItem, PartView } from '@antiphon/react/ui/kit';
import { asks, deploy, me, message, scribe, text, tool } from '@antiphon/react/ui/samples';

function decided(now: number, what: DecisionView['what']): DecisionView {
  return { what, cause: 'person', by: 'Mara Lindqvist', at: now - 50_000, scope: 'once' };
}

/** One call in each state that is not over. */
function calls(now: number): readonly PartView[] {
  const ago = (seconds: number): number => now - seconds * 1000;
  return [
    tool({ name: 'search_rooms', state: 'input', startedAt: ago(1) }),
    tool({
      name: 'write_report',
      state: 'input',
      draft: '{"title": "What happened last night", "sections": ["Traffic", "Err',
      startedAt: ago(1),
    }),
    tool({
      name: 'index_archive',
      state: 'queued',
      waiting: 'waiting for a free slot, 2 before',
      startedAt: ago(4),
    }),
    tool({
      name: 'list_files',
      state: 'running',
      summary: 'docs/',
      startedAt: ago(6),
      output: 'docs/operating.md\ndocs/guarantees.md\ndocs/embedding.md\ndocs/agents.md\n',
    }),
    tool({
      name: 'replay_room',
      state: 'running',
      summary: 'candidate',
      startedAt: ago(14),
      progress: { fraction: 0.62, message: '6 214 of 10 000' },
    }),
    tool({
      name: 'export_log',
      state: 'cancelling',
      stop: { by: 'Jonas Weber', since: ago(5), outcome: 'requested' },
      startedAt: ago(22),
      progress: { fraction: 0.3, message: '12 of 40 files' },
    }),
    tool({
      name: 'research',
      state: 'running',
      summary: 'how others recover cursors',
      startedAt: ago(26),
      inner: [
        tool({ name: 'search', state: 'done', startedAt: ago(24), endedAt: ago(22) }).call,
        tool({ name: 'read_page', state: 'running', summary: 'rfc6455', startedAt: ago(12) }).call,
      ],
    }),
    tool({
      name: 'restart_node',
      state: 'approval',
      startedAt: ago(30),
      approval: asks({ question: 'Restart node eu-2 now?', input: '{\n  "node": "eu-2"\n}' }),
    }),
    tool({
      name: 'delete_branch',
      state: 'approval',
      startedAt: ago(30),
      approval: asks({ question: 'Delete the branch resume-spike?', canDecide: false }),
    }),
  ];
}

/** Calls that are over, each in its own way. */
function pastCalls(now: number): readonly PartView[] {
  const ago = (seconds: number): number => now - seconds * 1000;
  return [
    tool({
      name: 'run_tests',
      state: 'error',
      summary: 'store',
      startedAt: ago(60),
      endedAt: ago(41),
      error: { message: 'Two of 214 tests failed.', retryable: true },
    }),
    tool({
      name: 'fetch_trace',
      state: 'done',
      summary: '2026-11-19',
      startedAt: ago(60),
      endedAt: ago(58.2),
    }),
    tool({
      name: 'drop_table',
      state: 'denied',
      startedAt: ago(60),
      endedAt: ago(50),
      approval: asks({ question: '', decision: decided(now, 'denied') }),
    }),
    tool({
      name: 'send_mail',
      state: 'done',
      startedAt: ago(60),
      endedAt: ago(57),
      approval: asks({ question: '', decision: { ...decided(now, 'allowed'), edited: true } }),
    }),
    tool({
      name: 'tail_log',
      state: 'cancelled',
      stop: { by: 'Mara Lindqvist', since: ago(52), outcome: 'stopped' },
      startedAt: ago(60),
      endedAt: ago(50),
    }),
    tool({
      name: 'mine_coins',
      state: 'cancelled',
      stop: { by: 'Mara Lindqvist', since: ago(52), outcome: 'forced' },
      startedAt: ago(60),
      endedAt: ago(47),
    }),
    tool({
      name: 'count_words',
      state: 'done',
      stop: { by: 'Mara Lindqvist', since: ago(52), outcome: 'too_late' },
      startedAt: ago(60),
      endedAt: ago(51),
    }),
    tool({
      name: 'read_archive',
      state: 'running',
      startedAt: ago(19),
      output: 'first line of a very long output\n…\nline 48 211\nline 48 212\nline 48 213\n',
      whole: { bytes: 2_412_000, url: '/whole-output' },
    }),
    tool({ name: 'read_salaries', state: 'done', hidden: 'admins', startedAt: ago(60), endedAt: ago(58) }),
    tool({ name: 'ask_weather', state: 'timed_out', startedAt: ago(60), endedAt: ago(30) }),
    tool({ name: 'build_image', state: 'lost', startedAt: ago(60), endedAt: ago(30) }),
  ];
}

/** Seven that are done, which fold into one line. */
function quickCalls(now: number): readonly PartView[] {
  const ago = (seconds: number): number => now - seconds * 1000;
  return [
    text('Then seven quick ones:'),
    ...Array.from({ length: 7 }, (_, n) =>
      tool({ name: n % 2 ? 'read_file' : 'search', state: 'done', startedAt: ago(60), endedAt: ago(58.3) }),
    ),
  ];
}

/** Every state of tool cards, a plan, a file, and data. */
export function toolStates(now: number): readonly LogItem[] {
  const ago = (seconds: number): number => now - seconds * 1000;
  return [
    message(me, ago(70), 'Show me every state a tool can be in.', {
      delivery: { state: 'delivered', since: ago(70) },
    }),
    message(scribe, ago(68), [...calls(now), ...pastCalls(now), ...quickCalls(now)], {
      answer: { state: 'streaming', since: ago(68), mine: true },
    }),
    message(
      deploy,
      ago(20),
      [
        {
          kind: 'plan',
          id: 'plan',
          steps: [
            { text: 'Warm the ring before the door opens', state: 'done' },
            { text: 'Replay last night’s traces', state: 'active' },
            { text: 'Restart one node', state: 'pending' },
            { text: 'Tell support', state: 'skipped' },
          ],
        },
        { kind: 'file', id: 'file', name: 'replay-report.csv', size: 48_213, url: '/replay-report.csv' },
        {
          kind: 'data',
          id: 'data',
          label: 'Node status',
          json: '{\n  "node": "eu-2",\n  "connections": 312\n}',
        },
      ],
      { answer: { state: 'done', since: ago(20), endedAt: ago(10), mine: true } },
    ),
  ];
}
