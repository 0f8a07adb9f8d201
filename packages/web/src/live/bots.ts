/** The agents, and what each of them is at in the rooms that are open. */
import type { Bot, Run } from '@antiphon/client';
import type { Activity, BotView } from '../view/model.ts';
import { userView } from './people.ts';

/** From what matters least to what matters most to somebody who looks at a name. */
const WEIGHT: Record<Activity, number> = { waiting: 3, working: 2, writing: 1, thinking: 0 };

/** What a run is at; nothing while it waits for its turn. */
export function activityOf(run: Run): Activity | undefined {
  switch (run.state) {
    case 'processing':
    case 'thinking':
      return run.answer === undefined ? 'thinking' : 'writing';
    case 'executing':
      return 'working';
    case 'waiting_approval':
      return 'waiting';
    default:
      return undefined;
  }
}

export function botView(bot: Bot, runs: readonly Run[]): BotView {
  const activity = runs
    .flatMap((run) => (run.bot === bot.user.id ? (activityOf(run) ?? []) : []))
    .sort((a, b) => WEIGHT[b] - WEIGHT[a])[0];
  return {
    user: userView(bot.user),
    status: bot.status,
    // Agents come with the server; nobody starts or stops them from here.
    canControl: false,
    ...(activity === undefined ? {} : { activity }),
    ...(bot.error === undefined ? {} : { error: bot.error }),
  };
}
