/** Messages that wait for agents: at which place, why, and what can be done about it. */
import type { Bot, Queue, QueueReason, Run } from '@antiphon/client';
import type { UserView, WaitView } from '../view/model.ts';
import { ordinal } from './words.ts';
import { placeInLine } from './work.ts';

/** What runs do not say about themselves. */
export interface WaitFacts {
  readonly runs: readonly Run[];
  readonly queues: readonly Queue[];
  readonly bots: readonly Bot[];
  readonly user: (id: string) => UserView;
  /** I may start and stop this bot. */
  readonly control: (bot: Bot) => boolean;
}

/** What waits, by the id of the message that waits. */
export function waitViews(facts: WaitFacts): ReadonlyMap<string, readonly WaitView[]> {
  const waits = new Map<string, WaitView[]>();
  for (const run of facts.runs) {
    if (run.state !== 'queued') continue;
    const wait = waitView(run, facts);
    waits.set(run.trigger, [...(waits.get(run.trigger) ?? []), wait]);
  }
  return waits;
}

function waitView(run: Run, { runs, queues, bots, user, control }: WaitFacts): WaitView {
  const queue = queues.find(({ bot }) => bot === run.bot);
  const bot = bots.find((one) => one.user.id === run.bot);
  const index = queue?.waiting.indexOf(run.id) ?? -1;
  // Until the server has told the queue, the order in which the runs were made is good enough.
  const place = index < 0 ? placeInLine(run, runs) : index + 1;
  const name = user(run.bot).name;
  const reason = run.paused === true ? 'paused' : queue?.reason;
  const down = bot !== undefined && ['stopped', 'error'].includes(bot.status);
  const verb = reason === 'paused' ? 'continue' : down && control(bot) ? ('start' as const) : undefined;
  return {
    run: run.id,
    bot: user(run.bot),
    words: words(name, place, reason),
    ...(verb === undefined ? {} : { verb }),
  };
}

function words(name: string, place: number, reason: QueueReason | undefined): string {
  if (reason === 'paused')
    return `The agents have talked for a while. ${name} waits for somebody to let it go on.`;
  const line = place > 1 ? `Waiting for ${name}, ${ordinal(place)} in line` : `Waiting for ${name}`;
  const why = reason && WHY[reason];
  return why ? `${line}. It is ${why}.` : line;
}

const WHY: Record<QueueReason, string | undefined> = {
  busy: undefined,
  busy_elsewhere: 'at work in another room',
  bot_stopped: 'stopped',
  bot_starting: 'starting',
  bot_down: 'not reachable right now',
  paused: undefined,
};
