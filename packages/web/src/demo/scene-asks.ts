/** Decisions and waiting: every form of a question, every reason to wait. */
import type { LogItem, WaitView } from '@antiphon/react/ui/kit';
import { asks, deploy, mara, me, message, researcher, scribe, text, tool } from '@antiphon/react/ui/samples';

const SCHEMA = {
  type: 'object',
  required: ['region', 'replicas'],
  properties: {
    region: {
      title: 'Region',
      oneOf: [
        { const: 'eu', title: 'Europe' },
        { const: 'us', title: 'North America' },
      ],
    },
    replicas: { title: 'Replicas', type: 'integer', default: 3, minimum: 1, maximum: 9 },
    note: { title: 'Note for the log', type: 'string', description: 'Everybody can read it.' },
    drain: { title: 'Drain the old one first', type: 'boolean', default: true },
  },
};

/** What people are asked. */
export function askStates(now: number): readonly LogItem[] {
  const ago = (seconds: number): number => now - seconds * 1000;
  const waiting = { state: 'waiting', since: ago(40), mine: true } as const;
  return [
    message(me, ago(60), '@deploy-bot bring the candidate out', {
      delivery: { state: 'delivered', since: ago(60) },
    }),
    message(
      deploy,
      ago(58),
      [
        text('I would restart one node with these settings.'),
        tool({
          name: 'restart_node',
          state: 'approval',
          startedAt: ago(50),
          approval: asks({
            question: 'Restart node eu-2 with the candidate?',
            input: '{\n  "node": "eu-2",\n  "build": "0.42.0-rc3",\n  "drain": true\n}',
            editable: true,
            scopes: ['once', 'session', 'always'],
          }),
        }),
      ],
      { answer: waiting },
    ),
    message(scribe, ago(30), 'Before I write the notes:', {
      answer: waiting,
      asks: [
        asks({ kind: 'question', question: 'Where does it go, and how many?', schema: SCHEMA }),
        asks({
          kind: 'question',
          question: 'Which day?',
          decision: {
            what: 'answered',
            cause: 'person',
            by: mara.name,
            at: ago(10),
            scope: 'once',
            answer: 'Friday',
          },
        }),
        asks({
          question: 'May I read the private notes?',
          decision: { what: 'denied', cause: 'deadline', by: 'antiphon', at: ago(10), scope: 'once' },
        }),
      ],
    }),
  ];
}

/** What waits, and why. */
export function waitStates(now: number): readonly LogItem[] {
  const ago = (seconds: number): number => now - seconds * 1000;
  const wait = (run: string, words: string, verb?: WaitView['verb'], bot = scribe): WaitView => ({
    run,
    bot,
    words,
    ...(verb ? { verb } : {}),
  });
  const said = (words: string, ...waits: WaitView[]) =>
    message(me, ago(60), words, { delivery: { state: 'sent', since: ago(60) }, waits });
  return [
    said('@scribe summarise the morning', wait('r1', 'Waiting for scribe, 2nd in line')),
    said(
      '@researcher look at the competition',
      wait('r2', 'Waiting for researcher. It is stopped.', 'start', researcher),
    ),
    said('@deploy-bot ship it', wait('r3', 'Waiting for deploy-bot. It is starting.')),
    message(mara, ago(40), '@scribe @deploy-bot both of you', {
      waits: [
        wait('r4', 'Waiting for scribe, 3rd in line'),
        wait('r5', 'Waiting for deploy-bot. It is not reachable right now.'),
      ],
    }),
    message(scribe, ago(30), '@researcher and what do you make of it?', {
      answer: {
        state: 'done',
        since: ago(30),
        endedAt: ago(28),
        mine: true,
        cost: {
          attempt: 2,
          startedAt: ago(34),
          models: [{ name: 'qwen3-32b', read: 18_204, cached: 16_000, written: 912, thought: 400 }],
        },
      },
      waits: [
        wait(
          'r6',
          'The agents have talked for a while. researcher waits for somebody to let it go on.',
          'continue',
          researcher,
        ),
      ],
    }),
    message(scribe, ago(12), [text('I am about to', true)], {
      answer: { state: 'stopping', since: ago(2), by: mara.name, mine: true },
    }),
    message(scribe, ago(11), 'A long story about', {
      answer: { state: 'stopped', since: ago(10), endedAt: ago(9), by: mara.name, forced: true, mine: true },
    }),
  ];
}
