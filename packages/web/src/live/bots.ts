/** The agents, and what each of them is at in the rooms that are open. */
import type { Bot } from '@antiphon/client';
import type { Activity, BotView } from '../view/model.ts';
import type { AtWork } from './activity.ts';
import { userView } from './people.ts';

/** What matters more to somebody who looks at a name counts more. */
const WEIGHT: Record<Activity, number> = { waiting: 3, working: 2, writing: 1, thinking: 0 };

export function botView(bot: Bot, atWork: readonly AtWork[]): BotView {
  const [first] = atWork
    .filter((one) => one.bot === bot.user.id)
    .sort((a, b) => WEIGHT[b.activity] - WEIGHT[a.activity]);
  return {
    user: userView(bot.user),
    status: bot.status,
    // Agents come with the server; nobody starts or stops them from here.
    canControl: false,
    ...(first === undefined ? {} : { activity: first.activity }),
    ...(bot.error === undefined ? {} : { error: bot.error }),
  };
}
