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
  const common = { since: run?.since ?? message.at, mine, ...costOf(run) };
  const ended = run?.endedAt === undefined ? {} : { endedAt: run.endedAt };
  switch (message.status) {
    case 'streaming':
      return { ...common, ...stopOf(run), state: acting(message, run) };
    case 'complete':
      return { ...common, ...ended, state: 'done' };
    case 'cancelled': {
      const { by, outcome } = run?.cancellation ?? {};
      return {
        ...common,
        ...ended,
        state: 'stopped',
        ...(by === undefined ? {} : { by: nameOf(by) }),
        ...(outcome === 'forced' ? { forced: true } : {}),
      };
    }
    case 'interrupted':
      return { ...common, ...ended, state: 'interrupted' };
    case 'failed':
      return { ...common, ...ended, state: 'failed', ...(run?.error ? { note: sentence(run.error) } : {}) };
  }
}

function stopOf(run: Run | undefined): Pick<AnswerView, 'stopSince'> {
  return run?.cancellation?.outcome === 'requested' ? { stopSince: run.cancellation.at } : {};
}

function acting(message: Message, run: Run | undefined): AnswerView['state'] {
  if (run?.cancellation?.outcome === 'requested') return 'stopping';
  const activity = run && activityOf(run, message);
  return activity === undefined || activity === 'writing' ? 'streaming' : activity;
}

/** What the answer took, as far as its run says. */
function costOf(run: Run | undefined): Pick<AnswerView, 'cost'> {
  if (run === undefined || run.attempt === 0) return {};
  const models = run.usage.map((usage) => ({
    name: usage.model ?? '',
    read: usage.inputTokens ?? 0,
    cached: usage.cachedInputTokens ?? 0,
    written: usage.outputTokens ?? 0,
    thought: usage.reasoningTokens ?? 0,
  }));
  const { attempt, startedAt } = run;
  return { cost: { attempt, models, ...(startedAt === undefined ? {} : { startedAt }) } };
}
