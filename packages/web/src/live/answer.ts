/** How far an agent's message has come: what the message says, and what its run says. */
import type { Message, Run } from '@antiphon/client';
import type { AnswerView } from '../view/model.ts';
import { activityOf } from './activity.ts';
import { sentence } from './words.ts';

/** What neither of them says. */
export interface AnswerFacts {
  readonly mine: boolean;
  readonly nameOf: (user: string) => string;
}

export function answerView(
  message: Message,
  run: Run | undefined,
  { mine, nameOf }: AnswerFacts,
): AnswerView {
  const common = { since: run?.since ?? message.at, mine };
  const ended = run?.endedAt === undefined ? {} : { endedAt: run.endedAt };
  switch (message.status) {
    case 'streaming':
      return { ...common, state: acting(message, run) };
    case 'complete':
      return { ...common, ...ended, state: 'done' };
    case 'cancelled': {
      const by = run?.cancellation?.by;
      return { ...common, ...ended, state: 'stopped', ...(by === undefined ? {} : { by: nameOf(by) }) };
    }
    case 'interrupted':
      return { ...common, ...ended, state: 'interrupted' };
    case 'failed':
      return { ...common, ...ended, state: 'failed', ...(run?.error ? { note: sentence(run.error) } : {}) };
  }
}

function acting(message: Message, run: Run | undefined): 'thinking' | 'working' | 'streaming' {
  const activity = run && activityOf(run, message);
  if (activity === 'working' || activity === 'waiting') return 'working';
  return activity === 'thinking' ? 'thinking' : 'streaming';
}
