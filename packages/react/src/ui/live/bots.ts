/** The agents, and what each of them is at in the rooms that are open. */
import type { Bot } from '@antiphon/client';
import type { Activity, BotView } from '../view/model.ts';
import type { AtWork } from './activity.ts';
import { userView } from './people.ts';

/** What matters more to somebody who looks at a name counts more. */
const WEIGHT: Record<Activity, number> = { waiting: 3, working: 2, writing: 1, thinking: 0 };

/** What a bot does not say about itself. */
export interface BotFacts {
  readonly atWork: readonly AtWork[];
  /** I may start and stop it. */
  readonly canControl: boolean;
  readonly owner?: string | undefined;
  readonly waiting?: number | undefined;
}

export function botView(bot: Bot, { atWork, canControl, owner, waiting }: BotFacts): BotView {
  const own = atWork.filter((one) => one.bot === bot.user.id);
  const [first] = [...own].sort((a, b) => WEIGHT[b.activity] - WEIGHT[a.activity]);
  const asksMe = own.reduce((sum, one) => sum + one.asksMe, 0);
  return {
    user: userView(bot.user),
    status: bot.status,
    canControl,
    connector: bot.connector,
    ...(bot.since === undefined ? {} : { since: bot.since }),
    ...(bot.restarts ? { restarts: bot.restarts } : {}),
    ...(bot.description === undefined ? {} : { description: bot.description }),
    ...(owner === undefined ? {} : { owner }),
    ...(waiting ? { waiting } : {}),
    ...(first === undefined ? {} : { activity: first.activity }),
    ...(asksMe > 0 ? { asksMe } : {}),
    ...(bot.error === undefined ? {} : { error: bot.error }),
  };
}
